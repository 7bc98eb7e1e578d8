import { type Group, partitionName, type TopicPartition } from '@pipeline/kafka';
import { clipPrintable, commandLine } from '@pipeline/program';
import { formatLag, formatRate, formatSeconds } from '../../web/format/numbers.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import type { Trend } from './trend.ts';

/** The most severe finding as a word, and the reasons for all findings, the most severe first. */
export interface Status {
  readonly word:
    | 'down'
    | 'empty'
    | 'stopped'
    | 'stalled'
    | 'paused'
    | 'falling behind'
    | 'catching up'
    | 'healthy';
  readonly reasons: readonly string[];
}

/** What the status is derived from; `group` is null if Kafka does not describe the group. */
export interface PipelineState {
  readonly snapshot: Snapshot;
  readonly trend: Trend;
  readonly group: Group | null;
}

type Finding = readonly [word: Status['word'], reason: string];

/** A shorter delay is normal work in progress. */
const BEHIND_SECONDS = 10;
/** A shorter pause may be one slow batch. */
const STUCK_SECONDS = 30;
const GROWING_SECONDS = 60;

/** Derives the status from what is known. */
export function judge(state: PipelineState): Status {
  const findings = [
    ...findOutage(state.snapshot),
    ...findEmptiness(state.snapshot),
    ...findAbsence(state),
    ...findStandstill(state),
    ...findPauses(state.snapshot),
    ...findDelay(state),
  ];
  const [[word] = ['healthy'] as const] = findings;
  const reasons = findings.map(([, reason]) => reason);
  return { word, reasons: reasons.length > 0 ? reasons : ['events are stored as they arrive'] };
}

/** Notes below the tables: why the lag is unknown, what is paused, and the next command for an empty pipeline. */
export function findHints(snapshot: Snapshot): readonly string[] {
  const findings = [...findOutage(snapshot), ...findPauses(snapshot)];
  return [...findings.map(([, reason]) => reason), ...describeEmptiness(snapshot)];
}

function findOutage({ kafkaProblem }: Snapshot): readonly Finding[] {
  return kafkaProblem === undefined ? [] : [['down', `lag is unknown: ${kafkaProblem}`]];
}

function findEmptiness(snapshot: Snapshot): readonly Finding[] {
  return hasBacklog(snapshot) ? [] : describeEmptiness(snapshot).map((reason) => ['empty', reason]);
}

function describeEmptiness(snapshot: Snapshot): readonly string[] {
  if (snapshot.totals.freshnessSeconds !== null) return [];
  const backlog = `, ${lagText(snapshot)} records to read: ${commandLine('consumer')}`;
  return [`nothing is stored yet${hasBacklog(snapshot) ? backlog : `: ${commandLine('producer')}`}`];
}

function findAbsence({ snapshot, group }: PipelineState): readonly Finding[] {
  if (snapshot.kafkaProblem !== undefined || group === null || group.members.length > 0) return [];
  const backlog = hasBacklog(snapshot) ? `, and ${lagText(snapshot)} records are not read yet` : '';
  return [['stopped', `no consumer is running${backlog}: ${commandLine('consumer')}`]];
}

/** Limits the length of a reason. */
const MAX_NAMED_PARTITIONS = 5;
const MAX_REASON = 300;

/** A partition that an operator has paused is not stuck. */
function findStandstill({ snapshot, trend, group }: PipelineState): readonly Finding[] {
  const paused = new Set(snapshot.pauses.map(partitionName));
  const stuck = trend.stuck.filter((one) => one.seconds >= STUCK_SECONDS && !paused.has(partitionName(one)));
  if (stuck.length === 0 || group?.members.length === 0) return [];
  const seconds = Math.max(...stuck.map((one) => one.seconds));
  const reason = `no commit on ${namePartitions(stuck)} for ${formatSeconds(seconds)}, despite a backlog`;
  return [['stalled', reason]];
}

function findPauses({ pauses }: Snapshot): readonly Finding[] {
  if (pauses.length === 0) return [];
  const users = [...new Set(pauses.map(({ by }) => by))].join(', ');
  const reasons = [...new Set(pauses.map(({ reason }) => reason))].filter((reason) => reason !== '');
  const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
  return [['paused', clipPrintable(`${users} paused ${namePartitions(pauses)}${why}`, MAX_REASON)]];
}

function namePartitions(stuck: readonly TopicPartition[]): string {
  const named = stuck.slice(0, MAX_NAMED_PARTITIONS).map(partitionName);
  const rest = stuck.length - named.length;
  const name = stuck.length === 1 ? 'partition' : 'partitions';
  return `${name} ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function findDelay({ snapshot, trend }: PipelineState): readonly Finding[] {
  const { growingSeconds, producedPerSecond, consumedPerSecond, etaSeconds } = trend;
  if (growingSeconds >= GROWING_SECONDS) {
    const rates = `${formatRate(producedPerSecond)} produced, ${formatRate(consumedPerSecond)} consumed`;
    return [['falling behind', `lag growing for ${formatSeconds(growingSeconds)}: ${rates}`]];
  }
  if (!snapshot.partitions.some(({ secondsBehind }) => (secondsBehind ?? 0) >= BEHIND_SECONDS)) return [];
  const eta = etaSeconds === null ? '' : `, caught up in about ${formatSeconds(etaSeconds)}`;
  return [['catching up', `${lagText(snapshot)} records to read${eta}`]];
}

const hasBacklog = ({ partitions }: Snapshot) => partitions.some(({ lag }) => lag !== null && lag > 0n);

const lagText = ({ partitions }: Snapshot) => formatLag(partitions.map(({ lag }) => lag));
