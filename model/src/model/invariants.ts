import { isRecord, records } from './records.ts';
import { both, type LedgerRow, logOf, type World } from './world.ts';

/** The first invariant that a state violates; undefined if all hold. */
export function violated(world: World): string | undefined {
  const { tables, group, topicId } = world;
  if (tables.counted !== tables.events.length) return 'the aggregates are not the count of the events';
  const sum = (of: 'stored' | 'deadLettered') =>
    tables.ledgers.reduce((total, row) => total + (row?.[of] ?? 0), 0);
  if (sum('stored') !== tables.events.length + tables.purged.length)
    return 'stored is not the number of events';
  if (sum('deadLettered') !== tables.deadLetters.length)
    return 'dead_lettered is not the number of dead letters';
  for (const partition of both) {
    const ledger = tables.ledgers[partition];
    if (!ledger) continue;
    const { start, next, stored, duplicates, conflicting, deadLettered, skipped } = ledger;
    if (next - start !== stored + duplicates + deadLettered + skipped)
      return `the ledger of ${partition} does not add up`;
    if (conflicting > duplicates) return `more duplicates of ${partition} are conflicting than there are`;
    if (ledger.topicId !== topicId) continue;
    if (world.restore === 'none' && !group.isForeign[partition] && (group.committed[partition] ?? 0) > next)
      return `${partition} is committed ahead of the ledger`;
    if (isCutUnnoticed(world, partition, ledger)) continue;
    const missing = missingBelow(world, partition, next);
    if (missing !== undefined) return `offset ${missing} of ${partition} is lost`;
  }
  return undefined;
}

/** Whether the log has lost a tail that the ledger still accounts for: nothing is read or located since. */
function isCutUnnoticed({ logs }: World, partition: number, { next, tail }: LedgerRow): boolean {
  const cut = logs[partition]?.epochs.indexOf(1) ?? -1;
  const epochs: readonly (readonly [number, string])[] = tail === null ? [] : JSON.parse(tail).epochs;
  return cut !== -1 && next > cut && epochs.every(([epoch]) => epoch === 0);
}

/** The first retained record below an offset that is not in the tables. */
function missingBelow(world: World, partition: number, next: number): number | undefined {
  const { start, records: log } = world.logs[partition] ?? logOf([]);
  const offsets = log.map((number, offset) => ({ number, offset })).slice(start, next);
  return offsets.find(({ number }) => isRecord(number) && !isStored(world, number))?.offset;
}

function isStored({ tables }: World, number: number): boolean {
  const record = records[number];
  if (record?.kind !== 'good') return tables.deadLetters.includes(number);
  return tables.events.includes(record.event) || tables.purged.includes(record.event);
}

/** Whether everything in the logs is in the tables and committed. */
export function isDrained(world: World): boolean {
  const isDone = (partition: number) => {
    const { start, records: log } = world.logs[partition] ?? logOf([]);
    const ledger = world.tables.ledgers[partition];
    // Offsets that were removed before anything was read are accounted for with the next record.
    if (log.length === start) return true;
    const isCommitted = world.group.committed[partition] === log.length;
    return ledger?.topicId === world.topicId && ledger.next === log.length && isCommitted;
  };
  return (
    both.every(isDone) && world.redriving === null && violated({ ...world, restore: 'none' }) === undefined
  );
}
