import type { AsJson } from '@pipeline/db/read';
import { toPrintableJson } from '@pipeline/program';
import { type Snapshot, sumOf } from '../collect/snapshot.ts';

/**
 * A value as clients read it from JSON. 64-bit numbers are strings, because JSON.parse would round them.
 * Seconds and rates are rounded to three decimals; clock skew must not make them negative.
 */
export const toPlain = <Value>(value: Value): AsJson<Value> => JSON.parse(JSON.stringify(value, toMember));

function toMember(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'number' ? Math.max(0, Math.round(value * 1_000) / 1_000) : value;
}

/** Prints a JSON document on a line of its own, safe for a terminal. */
export function printJson(value: object): void {
  process.stdout.write(`${toPrintableJson(toPlain(value))}\n`);
}

/**
 * The stable shape of `stats --json` and `/api/stats`; unknown values are null. The total lag is null if that
 * of any partition is.
 */
export function toJson({ generatedAt, totals, minutes, deadLetterGroups, partitions }: Snapshot) {
  const { stored, duplicates, deadLettered, skipped, openDeadLetters, freshnessSeconds } = totals;
  return toPlain({
    schemaVersion: 1,
    generatedAt,
    events: { stored, duplicates, deadLettered, skipped },
    minutes,
    deadLetters: { open: openDeadLetters, groups: deadLetterGroups },
    partitions,
    lag: sumOf(partitions.map(({ lag }) => lag)),
    freshnessSeconds,
  });
}
