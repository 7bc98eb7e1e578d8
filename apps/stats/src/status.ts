import type { Group } from '@pipeline/kafka';
import { formatCount, formatLag, formatRate, formatSeconds } from './format.ts';
import type { Snapshot } from './snapshot.ts';
import type { Trend } from './trend.ts';

/** How the pipeline is: the weightiest thing in a word, and everything that somebody should know, weightiest first. */
export interface Status {
  readonly word: 'down' | 'empty' | 'stopped' | 'stalled' | 'falling behind' | 'catching up' | 'healthy';
  readonly reasons: readonly string[];
}

/** What is judged; `group` is null where Kafka does not say who reads. */
export interface PipelineState {
  readonly snapshot: Snapshot;
  readonly trend: Trend;
  readonly group: Group | null;
}

type Finding = readonly [word: Status['word'], reason: string];

/** A lag that is younger is only work under way. */
const BEHIND_SECONDS = 10;
/** Less may be one slow batch. */
const STUCK_SECONDS = 30;
const GROWING_SECONDS = 60;

/** Judges by what is known. */
export function judge(look: PipelineState): Status {
  const findings = [
    ...findOutage(look.snapshot),
    ...findEmptiness(look.snapshot),
    ...findAbsence(look),
    ...findStandstill(look),
    ...findDelay(look),
  ];
  const [[word] = ['healthy'] as const] = findings;
  const reasons = findings.map(([, reason]) => reason);
  const all = reasons.length > 0 ? reasons : ['records are stored as they come'];
  return { word, reasons: [...all, ...describeOpenDeadLetters(look.snapshot)] };
}

function findOutage({ kafkaProblem }: Snapshot): readonly Finding[] {
  return kafkaProblem === undefined ? [] : [['down', `lag is not known: ${kafkaProblem}`]];
}

function findEmptiness(snapshot: Snapshot): readonly Finding[] {
  if (snapshot.totals.freshnessSeconds !== null || isWaiting(snapshot)) return [];
  return [['empty', 'nothing is stored yet: pnpm --filter producer start']];
}

function findAbsence({ snapshot, group }: PipelineState): readonly Finding[] {
  if (snapshot.kafkaProblem !== undefined || group === null || group.members.length > 0) return [];
  const waiting = isWaiting(snapshot) ? `, and ${lagText(snapshot)} records wait` : '';
  return [['stopped', `no consumer is running${waiting}: pnpm --filter consumer start`]];
}

/** More would not be read. */
const NAMED_PARTITIONS = 5;

function findStandstill({ trend: { stuck }, group }: PipelineState): readonly Finding[] {
  const standing = stuck.filter(({ seconds }) => seconds >= STUCK_SECONDS);
  if (standing.length === 0 || group?.members.length === 0) return [];
  const seconds = Math.max(...standing.map((one) => one.seconds));
  const reason = `no commit on ${namePartitions(standing)} for ${formatSeconds(seconds)}, and records wait there`;
  return [['stalled', reason]];
}

function namePartitions(stuck: Trend['stuck']): string {
  const named = stuck.slice(0, NAMED_PARTITIONS).map(({ partition }) => partition);
  const rest = stuck.length - named.length;
  const name = stuck.length === 1 ? 'partition' : 'partitions';
  return `${name} ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function findDelay({ snapshot, trend }: PipelineState): readonly Finding[] {
  const { growingSeconds, producedPerSecond, consumedPerSecond, etaSeconds } = trend;
  if (growingSeconds >= GROWING_SECONDS) {
    const rates = `${formatRate(producedPerSecond)} come in, ${formatRate(consumedPerSecond)} are read`;
    return [['falling behind', `lag has grown for ${formatSeconds(growingSeconds)}: ${rates}`]];
  }
  if (!snapshot.partitions.some(({ secondsBehind }) => (secondsBehind ?? 0) >= BEHIND_SECONDS)) return [];
  const eta = etaSeconds === null ? '' : `, gone in about ${formatSeconds(etaSeconds)}`;
  return [['catching up', `${lagText(snapshot)} records to read${eta}`]];
}

function describeOpenDeadLetters({ totals: { openDeadLetters } }: Snapshot): readonly string[] {
  if (openDeadLetters === 0n) return [];
  const letters = openDeadLetters === 1n ? 'letter' : 'letters';
  return [
    `${formatCount(openDeadLetters)} open dead ${letters}: what could not be stored is kept for you to look at`,
  ];
}

const isWaiting = ({ partitions }: Snapshot) => partitions.some(({ lag }) => lag !== null && lag > 0n);

const lagText = ({ partitions }: Snapshot) => formatLag(partitions.map(({ lag }) => lag));
