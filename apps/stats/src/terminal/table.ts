import type { StoredProof } from '@pipeline/db/prove';
import type { MinuteCount } from '@pipeline/db/read';
import { clipPrintable, renderColumns } from '@pipeline/program';
import { formatAge, formatCount, formatLag } from '../../web/format/numbers.ts';
import { formatProof } from '../../web/format/proof.ts';
import { formatVerification } from '../../web/format/verification.ts';
import type { PartitionStanding, Snapshot } from '../collect/snapshot.ts';
import { renderRollups } from './rollups-table.ts';

const SHOWN_TYPES = 5;
const SHOWN_GROUPS = 12;
const NAME_WIDTH = 24;

/**
 * The statistics as text for a terminal.
 * @param proof the newest one; null if there is none, or it is unknown
 * @param minutes number of recent minutes to show
 */
export function renderSnapshot(snapshot: Snapshot, proof: StoredProof | null = null, minutes = 15): string {
  const sections = [
    renderTotals(snapshot),
    renderChecks(snapshot, proof),
    renderPartitions(snapshot),
    renderMinutes(snapshot.minutes, minutes),
    renderRollups(snapshot.rollups),
    renderDeadLetters(snapshot),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function renderTotals({ totals, partitions }: Snapshot): string {
  const counts = [totals.stored, totals.duplicates, totals.deadLettered, totals.skipped].map(formatCount);
  const lag = formatLag(partitions.map((partition) => partition.lag));
  return renderColumns(
    ['STORED', 'DUPLICATES', 'DEAD-LETTERED', 'SKIPPED', 'LAG', 'LAST WRITE'],
    [[...counts, lag, formatAge(totals.freshnessSeconds)]],
  );
}

function renderChecks({ verification, generatedAt }: Snapshot, proof: StoredProof | null): string {
  const verified = `Last verify: ${formatVerification(verification, generatedAt)}`;
  return proof === null ? verified : `${verified}\n${formatProof(proof)}`;
}

function renderPartitions({ partitions }: Snapshot): string {
  if (partitions.length === 0) return '';
  return renderColumns(
    ['TOPIC', 'PARTITION', 'CURRENT-OFFSET', 'LOG-END-OFFSET', 'LAG', 'SECONDS-BEHIND'],
    partitions.map(partitionCells),
  );
}

/** `-` if the group has committed nothing, as in Kafka's tools; `n/a` for an unknown value. */
function partitionCells(standing: PartitionStanding): readonly string[] {
  const { topic, partition, currentOffset, endOffset, lag, secondsBehind } = standing;
  return [
    topic,
    String(partition),
    endOffset === null ? 'n/a' : (currentOffset?.toString() ?? '-'),
    endOffset?.toString() ?? 'n/a',
    lag === null ? 'n/a' : formatCount(lag),
    secondsBehind?.toFixed(1) ?? 'n/a',
  ];
}

function renderDeadLetters({ generatedAt, totals, deadLetterGroups }: Snapshot): string {
  if (deadLetterGroups.length === 0) return '';
  const ageOf = (time: string) => formatAge((Date.parse(generatedAt) - Date.parse(time)) / 1_000);
  const rows = deadLetterGroups
    .slice(0, SHOWN_GROUPS)
    .map(({ reason, eventType, count, firstSeen, lastSeen }) => [
      reason,
      clipPrintable(eventType ?? '-', NAME_WIDTH),
      formatCount(count),
      ageOf(firstSeen),
      ageOf(lastSeen),
    ]);
  const title = `Open dead letters: ${formatCount(totals.openDeadLetters)}`;
  const table = renderColumns(['REASON', 'EVENT TYPE', 'COUNT', 'FIRST SEEN', 'LAST SEEN'], rows);
  const rest = deadLetterGroups.length - rows.length;
  return [title, table, ...(rest > 0 ? [`… and ${rest} more groups`] : [])].join('\n');
}

/** The latest minutes, newest first. */
function renderMinutes(counts: readonly MinuteCount[], most: number): string {
  if (counts.length === 0) return '';
  const minutes = [...Map.groupBy(counts, ({ minute }) => minute)].reverse().slice(0, most);
  const types = mostFrequentTypes(minutes.flatMap(([, ofMinute]) => ofMinute));
  const isFull = new Set(counts.map(({ eventType }) => eventType)).size <= types.length;
  const rows = minutes.map(([minute, ofMinute]) => {
    const shown = types.map((type) => sumOf(ofMinute.filter(({ eventType }) => eventType === type)));
    const total = sumOf(ofMinute);
    const others = isFull ? [] : [total - shown.reduce((sum, count) => sum + count, 0n)];
    return [minute.slice(0, 16).replace('T', ' '), ...[total, ...shown, ...others].map(formatCount)];
  });
  const names = types.map((type) => clipPrintable(type, NAME_WIDTH));
  return `Events per minute\n${renderColumns(['MINUTE (UTC)', 'ALL', ...names, ...(isFull ? [] : ['OTHERS'])], rows)}`;
}

/** The table has columns for the most frequent types only. */
function mostFrequentTypes(counts: readonly MinuteCount[]): readonly string[] {
  const sums = [...Map.groupBy(counts, ({ eventType }) => eventType)].map(
    ([type, ofType]) => [type, sumOf(ofType)] as const,
  );
  const sorted = sums.sort(([, a], [, b]) => (a === b ? 0 : a > b ? -1 : 1));
  return sorted.slice(0, SHOWN_TYPES).map(([type]) => type);
}

function sumOf(counts: readonly MinuteCount[]): bigint {
  return counts.reduce((sum, { count }) => sum + count, 0n);
}
