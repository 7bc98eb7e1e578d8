import { connectDatabase, type Database } from '@pipeline/db';
import {
  type ConflictHandling,
  EventRows,
  LedgerMissingError,
  type LogPartition,
  type OpenedLedger,
  type Statements,
  statementsOf,
} from '@pipeline/db/write';
import { UserError } from '@pipeline/runtime';
import { settingsFor } from '@pipeline/testing';
import { TOPIC } from '../simulation/cluster.ts';
import { copiesOf } from '../table-copies.ts';
import { type Content, contentText } from './content.ts';
import type { Calls } from './recording.ts';

const copies = copiesOf([
  'raw_events',
  'agg_events_minute',
  'dlq_events',
  'agg_dead_letters',
  'ingest_progress',
]);

/** Creates the constraint that refuses rows, and a `now()` for those that have it in their `search_path` first. */
const setupText = `
  alter table raw_events add check (user_id <> 'forbidden'); ${copies.create}
  create schema simulated; grant usage on schema simulated to pipeline_writer;
  create function simulated.now() returns timestamptz language sql stable as $$
    select timestamptz 'epoch' + current_setting('simulated.now')::int * interval '1 ms'
  $$;
  alter table ingest_progress alter updated_at set default simulated.now();`;

/** A real database that does what the simulated one does: the consumer's statements, with the consumer's rights. */
export class RealDatabase implements Calls, AsyncDisposable {
  readonly #owner: Database;
  readonly #writer: Database;
  #statements: Statements;
  #now = 0;
  #isRefusing = false;

  /** @param url of a prepared database */
  constructor(url: string) {
    this.#owner = connect(url);
    this.#writer = connect(
      withOptions(url, '-c role=pipeline_writer -c search_path=simulated,public,pg_catalog'),
    );
    this.#statements = statementsOf(this.#writer);
  }

  /** Prepares a database with empty tables that nothing else uses. @returns its URL */
  static async prepare(url: string): Promise<string> {
    await using owner = connect(url);
    await runAll(owner, setupText);
    return url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer[Symbol.asyncDispose]();
    await this.#owner[Symbol.asyncDispose]();
  }

  /** Empties the tables. */
  async start(conflicts: ConflictHandling): Promise<void> {
    this.#statements = statementsOf(this.#writer, { conflicts });
    await this.setState(0, false);
    await runAll(this.#owner, copies.empty);
  }

  /** Sets the time in milliseconds, and whether the right to insert events is missing. */
  async setState(now: number, isRefusing: boolean): Promise<void> {
    this.#now = Math.round(now);
    await this.#writer.run((sql) => sql`select set_config('simulated.now', ${String(this.#now)}, false)`);
    if (isRefusing === this.#isRefusing) return;
    this.#isRefusing = isRefusing;
    const change = isRefusing ? 'revoke insert on raw_events from' : 'grant insert on raw_events to';
    await runAll(this.#owner, `${change} pipeline_writer`);
  }

  async content(): Promise<Content> {
    const [row] = await this.#owner.run((sql) => sql.unsafe<{ content: string }[]>(contentText));
    return JSON.parse(row?.content ?? '{}');
  }

  async openAsBefore(partitions: number, topicId: string): Promise<void> {
    await this.#owner.run(
      (sql) => sql`
        insert into pipeline.ingest_progress (topic, partition, start_offset, next_offset, topic_id, updated_at)
        select ${TOPIC}, partition, 0, 0, ${topicId}, timestamptz 'epoch' + ${this.#now}::int * interval '1 ms'
        from generate_series(0, ${partitions}::int - 1) as partition`,
    );
  }

  async open(partition: LogPartition, startOffset: bigint): Promise<OpenedLedger | undefined> {
    try {
      return await this.#statements.open(partition, startOffset);
    } catch (error) {
      if (error instanceof UserError && error.message.includes('in turn')) return undefined;
      throw error;
    }
  }

  readonly rewind: Calls['rewind'] = (...args) => this.#statements.rewind(...args);

  async write(...[batch, view, form, tail]: Parameters<Calls['write']>): ReturnType<Calls['write']> {
    try {
      return await this.#statements.write(batch, view, form, tail);
    } catch (error) {
      if (error instanceof LedgerMissingError) return undefined;
      throw error;
    }
  }

  readonly findDeadLettered: Calls['findDeadLettered'] = (batch) => this.#statements.findDeadLettered(batch);
  readonly findInvalidRows: Calls['findInvalidRows'] = (rows) =>
    this.#statements.findInvalidRows(EventRows.of(rows));
  readonly findConflicts: Calls['findConflicts'] = (rows) =>
    this.#statements.findConflicts(EventRows.of(rows));

  async purge(eventId: string): Promise<void> {
    await this.#owner.run(
      (sql) => sql`
        with purged as (
          delete from pipeline.raw_events where event_id = ${eventId} returning event_time, event_type
        )
        update pipeline.agg_events_minute as total set event_count = event_count - 1 from purged
        where minute = date_trunc('minute', event_time, 'UTC') and total.event_type = purged.event_type`,
    );
  }

  readonly backUp = (): Promise<void> => runAll(this.#owner, copies.backUp);
  readonly restore = (): Promise<void> => runAll(this.#owner, copies.restore);
}

function connect(url: string): Database {
  return connectDatabase(settingsFor(url), { applicationName: 'comparison', connections: 1 });
}

function withOptions(url: string, options: string): string {
  const changed = new URL(url);
  changed.searchParams.set('options', options);
  return changed.href;
}

async function runAll(database: Database, text: string): Promise<void> {
  await database.run((sql) => sql.unsafe(text).simple());
}
