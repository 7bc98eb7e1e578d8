import { BUILT_IN_IDENTITY } from '@pipeline/db/write';
import type { Fault } from './fault-names.ts';
import type { LoggedRecord } from './log.ts';
import { identityOf, type LedgerRow } from './tables.ts';
import type { World } from './world.ts';

/** Checks the invariants of the contract after every statement and commit from now on. */
export function watch(world: World): void {
  const { database, cluster } = world;
  const check = (partition: number) => {
    const violated = violation(world, partition);
    if (violated !== undefined) world.fail(new Error(violated));
  };
  database.onChange = check;
  cluster.group.onCommit = check;
}

/** Faults after which a ledger and a log may differ until the partition is located again. */
const changes: readonly Fault[] = ['truncate', 'recreate', 'restore'];

function violation(world: World, partition: number): string | undefined {
  const row = world.database.tables.ledgers.get(partition);
  const isUnchanged = !changes.some((fault) => world.happened(fault));
  return (
    violatedSums(world) ??
    (row && violatedLedger(row, partition)) ??
    (isUnchanged ? violatedCommit(world, partition, row) : undefined) ??
    (isUnchanged && row ? missingBelow(world, partition, row.next) : undefined)
  );
}

function violatedSums({ database: { tables } }: World): string | undefined {
  const sum = (of: 'stored' | 'deadLettered') =>
    [...tables.ledgers.values()].reduce((total, row) => total + row[of], 0);
  const counted = [...tables.counts.values()].reduce((total, count) => total + count, 0);
  if (counted !== tables.events.size) return `${counted} events are counted of ${tables.events.size}`;
  if (sum('stored') !== tables.events.size + tables.purged.length)
    return 'stored is not the number of events';
  return sum('deadLettered') === tables.deadLetters.length
    ? undefined
    : 'dead_lettered is not the number of dead letters';
}

function violatedLedger(row: LedgerRow, partition: number): string | undefined {
  const { start, next, stored, duplicates, conflicting, deadLettered, skipped, identity } = row;
  if (identity !== BUILT_IN_IDENTITY) return `the ledger of ${partition} has no id rule`;
  if (next - start !== stored + duplicates + deadLettered + skipped)
    return `the ledger of ${partition} does not add up`;
  if (conflicting < 0 || conflicting > duplicates)
    return `${conflicting} of ${duplicates} duplicates of ${partition} are conflicting`;
  return skipped < 0 || duplicates < 0 ? `the ledger of ${partition} has a negative number` : undefined;
}

function violatedCommit(world: World, partition: number, row: LedgerRow | undefined): string | undefined {
  const { cluster } = world;
  const committed = Number(cluster.group.committed.get(partition) ?? 0n);
  if (committed > (row?.next ?? 0)) return `${partition} is committed at ${committed}, ahead of the ledger`;
  const { log } = cluster.partition(partition);
  const unpublished = log.entries
    .slice(log.start, committed)
    .find(
      ({ record }) => record && isKept(world, partition, record) && !cluster.isPublished(partition, record),
    );
  const offset = unpublished?.record?.offset;
  return offset === undefined ? undefined : `the dead letter ${partition}/${offset} was not published`;
}

/** The first retained record below an offset that is not in the tables. */
function missingBelow(world: World, partition: number, next: number): string | undefined {
  const { log } = world.cluster.partition(partition);
  const missing = log.entries
    .slice(log.start, next)
    .find(({ record }) => record && !isAccounted(world, partition, record));
  return missing?.record && `offset ${missing.record.offset} of ${partition} is lost`;
}

function isAccounted({ database: { tables } }: World, partition: number, record: LoggedRecord): boolean {
  const { eventId } = record.content;
  if (eventId !== undefined) return tables.events.has(eventId) || tables.purged.includes(eventId);
  const identity = identityOf(partition, { record });
  return tables.deadLetters.some((one) => one.identity === identity);
}

/** Whether a record must be in the dead-letter topic. A purge may let a conflicting event be stored after all. */
function isKept(world: World, partition: number, record: LoggedRecord): boolean {
  return isInvalid(record) || (!world.happened('purge') && isConflicting(world, partition, record));
}

function isInvalid({ content }: LoggedRecord): boolean {
  return content.kind !== 'event';
}

/** Whether a record is a dead letter because another event with its id is stored. */
function isConflicting({ database: { tables } }: World, partition: number, record: LoggedRecord): boolean {
  const identity = identityOf(partition, { record });
  return tables.deadLetters.some(
    (one) => one.identity === identity && one.letter.reason === 'conflicting_event',
  );
}

/** Why a world without faults is not finished; undefined once everything is stored and committed. */
export function unfinished(world: World): string | undefined {
  const { cluster, database } = world;
  for (const [partition, { log }] of cluster.partitions.entries()) {
    if (log.start === log.end) continue;
    const row = database.tables.ledgers.get(partition);
    const committed = cluster.group.committed.get(partition);
    if (row?.topicId !== cluster.topicUuid || row.next !== log.end)
      return `the ledger of ${partition} is at ${row?.next} of ${log.end}`;
    if (committed !== BigInt(log.end)) return `${partition} is committed at ${committed} of ${log.end}`;
  }
  return undefined;
}

/** The first difference between logs and tables at the end; undefined if there is none. */
export function difference(world: World): string | undefined {
  const { cluster, database } = world;
  for (const [partition, { log }] of cluster.partitions.entries()) {
    const found =
      violatedSums(world) ??
      missingBelow(world, partition, log.end) ??
      violatedCommit(world, partition, database.tables.ledgers.get(partition)) ??
      miscounted(world, partition);
    if (found !== undefined) return found;
  }
  return recount(world);
}

/** Without a change of the log, a ledger has exactly the records of the log. */
function miscounted(world: World, partition: number): string | undefined {
  const row = world.database.tables.ledgers.get(partition);
  const hasChanged = (['truncate', 'recreate', 'retention'] as const).some((fault) => world.happened(fault));
  if (row === undefined || hasChanged) return undefined;
  const { entries } = world.cluster.partition(partition).log;
  const records = entries.flatMap(({ record }) => record ?? []);
  if (row.skipped !== entries.length - records.length) return `skipped of ${partition} is ${row.skipped}`;
  return miscountedConflicts(world, row, records);
}

/** Conflicting events are counted or dead letters. After a purge another one of them may be stored. */
function miscountedConflicts(
  world: World,
  { conflicting, deadLettered }: LedgerRow,
  records: readonly LoggedRecord[],
): string | undefined {
  const kept = deadLettered - records.filter(isInvalid).length;
  const isCounting = world.database.conflicts === 'count';
  if ((isCounting ? kept : conflicting) !== 0) return `${kept} conflicts are kept, ${conflicting} counted`;
  const differing = records.filter((record) => differs(world, record)).length;
  return world.happened('purge') || kept + conflicting === differing
    ? undefined
    : `${kept + conflicting} of ${differing} conflicts are kept or counted`;
}

/** Whether the stored event with the id of a record has other content. */
function differs({ database: { tables } }: World, { content, value }: LoggedRecord): boolean {
  if (content.eventId === undefined) return false;
  const { event_type, event_time, user_id, payload } = JSON.parse(String(value));
  const sent = JSON.stringify([event_type, event_time, user_id, JSON.stringify(payload)]);
  return tables.events.get(content.eventId)?.content !== sent;
}

/** Recounts the aggregates. */
function recount({ database: { tables } }: World): string | undefined {
  const keys = Map.groupBy(tables.events.values(), ({ key }) => key);
  const wrong = [...tables.counts].find(([key, count]) => keys.get(key)?.length !== count);
  return wrong && `the count of ${wrong[0]} is ${wrong[1]}`;
}
