import { exitCode, UserError } from '@pipeline/runtime';
import type { Database, Sql } from '../client/connect.ts';
import type { PartitionName } from './batch.ts';

/**
 * The id rule of the built-in definition, as JSON: the member `event_id`. Also that of ledgers without one, which
 * were opened by a version that knew no other.
 */
export const BUILT_IN_IDENTITY = '["id","/event_id",null]';

const identityOf = (sql: Sql) => sql`coalesce(identity, ${BUILT_IN_IDENTITY})`;

/** A condition: the ledger existed before the statement, and all ledgers of its topic have this id rule. */
export function hasIdentity(sql: Sql, { topic, partition }: PartitionName, identity: string) {
  return sql`(select coalesce(bool_and(${identityOf(sql)} = ${identity}) and bool_or(partition = ${partition}), false)
              from pipeline.ingest_progress where topic = ${topic})`;
}

/**
 * Gives all ledgers of a topic an id rule, if none of them has events by another one. A ledger that had another
 * rule counts as reset, which fences its consumer. Two consumers may open their first ledgers at once, with two
 * rules: each call locks both ledgers, and the later one sees what the other has done, so that one rule is left.
 * @returns the number of resets of the partition's ledger
 * @throws UserError if the topic has events by another rule
 */
export async function agreeOnIdentity(
  database: Database,
  { topic, partition }: PartitionName,
  identity: string,
): Promise<number> {
  const [agreed] = await database.run(
    (sql) => sql<{ readonly former: string | null; readonly resets: number }[]>`
      with ledgers as materialized (
        select partition, ${identityOf(sql)} as former, stored + duplicates > 0 as has_events
        from pipeline.ingest_progress
        where topic = ${topic} and (partition = ${partition} or ${identityOf(sql)} <> ${identity}) order by partition for update
      ), others as materialized (
        select * from ledgers where former <> ${identity}
      ), changed as (
        update pipeline.ingest_progress as ledger set identity = ${identity}, resets = resets + 1 from others
        where topic = ${topic} and ledger.partition = others.partition
          and not exists (select from others where has_events)
        returning ledger.partition, resets
      )
      select (select former from others where has_events limit 1) as former,
             coalesce((select resets from changed where partition = ${partition}), resets) as resets
      from pipeline.ingest_progress where topic = ${topic} and partition = ${partition}`,
  );
  if (agreed === undefined) throw new Error('Postgres returned no row');
  if (agreed.former !== null) throw otherIdentity(topic, agreed.former, identity);
  return agreed.resets;
}

/** Replayed events would have other ids, and be stored a second time. */
export function otherIdentity(topic: string, former: string, identity: string): UserError {
  return new UserError(
    `topic ${topic} has events whose ids follow the rule ${former}, but the definition has the rule ${identity}`,
    'restore the former rule, or give the definition a schema of its own with DATABASE_SCHEMA',
    exitCode.usage,
  );
}
