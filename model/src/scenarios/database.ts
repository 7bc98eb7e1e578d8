import { connectDatabase, type Database } from '@pipeline/db';
import { openRedriveQueue, type RedriveQueue } from '@pipeline/db/dead-letters';
import { purge } from '@pipeline/db/maintenance';
import { type Statements, statementsOf } from '@pipeline/db/write';
import { settingsFor } from '@pipeline/testing';
import type { Tables } from '../model/world.ts';
import { CHANGED, eventTimeOf, REFUSED_USER } from '../model/writing.ts';
import { violationsText } from '../permutations/tables.ts';
import { copiesOf } from '../table-copies.ts';

/** The content of the tables as the model has it; `violations` are the invariants that they violate. */
export interface Content extends Omit<Tables, 'purged' | 'ledgers'> {
  /** Number of purged events. */
  readonly purged: number;
  readonly ledgers: readonly (object | null)[];
  readonly violations: readonly string[] | null;
}

const tables = [
  'raw_events',
  'agg_events_minute',
  'dlq_events',
  'agg_dead_letters',
  'dlq_actions',
  'ingest_progress',
  'purges',
  'purged_rows',
];

const copies = copiesOf(tables);

/** Creates a place for a copy of the tables, and the constraint that refuses rows. */
const setupText = `alter table raw_events add check (user_id <> '${REFUSED_USER}'); ${copies.create}`;

const list = (number: string, from: string) =>
  `coalesce((select json_agg(${number} order by ${number}) from ${from}), '[]')`;

const contentText = `
  select json_build_object(
    'events', ${list(`('x' || right(event_id::text, 2))::bit(8)::int`, 'raw_events')},
    'changed', ${list(`('x' || right(event_id::text, 2))::bit(8)::int`, `raw_events where payload = '${CHANGED}'`)},
    'counted', (select coalesce(sum(event_count), 0) from agg_events_minute),
    'deadLetters', ${list(`convert_from(value, 'UTF8')::int`, 'dlq_events')},
    'redriven', ${list(`convert_from(value, 'UTF8')::int`, `dlq_events where status = 'redriven'`)},
    'purged', (select coalesce(sum(row_count), 0) from purged_rows),
    'violations', (select json_agg(problem) from (${violationsText}) as problems),
    'ledgers', (
      select json_agg(case when topic is not null then json_build_object(
        'topicId', left(topic_id::text, 1)::int, 'formerTopicId', left(former_topic_id::text, 1)::int,
        'start', start_offset, 'next', next_offset, 'resets', resets, 'stored', stored, 'duplicates', duplicates, 'conflicting', conflicting_duplicates,
        'deadLettered', dead_lettered, 'skipped', skipped, 'tail', log_tail) end order by place)
      from generate_series(0, 1) as place left join ingest_progress on partition = place)
  )::text as content`;

/** A real database that does what the model's tables do. */
export class RealTables implements AsyncDisposable {
  readonly statements: Statements;
  readonly #database: Database;
  readonly #queue: RedriveQueue;

  private constructor(database: Database, queue: RedriveQueue) {
    this.#database = database;
    this.#queue = queue;
    this.statements = statementsOf(database);
  }

  /** @param url of a database with empty tables that nothing else uses */
  static async open(url: string): Promise<RealTables> {
    const settings = settingsFor(url);
    const database = connectDatabase(settings, { applicationName: 'scenarios', connections: 1 });
    const real = new RealTables(database, openRedriveQueue(settings, 'scenarios'));
    await real.#run(setupText);
    return real;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }

  empty = () => this.#run(copies.empty);
  backUp = () => this.#run(copies.backUp);
  restore = () => this.#run(copies.restore);

  /** As if a minute had passed without a write. */
  forgetFormerTopics = () => this.#run('update ingest_progress set former_topic_id = null;');

  /** Removes the event, which must be the oldest one. */
  async purge(event: number): Promise<void> {
    const before = new Date(eventTimeOf(event).getTime() + 1);
    const now = eventTimeOf(0);
    await purge(this.#database, before, { by: 'scenarios', now, persist: (statement) => statement() });
  }

  /** Redrives the dead letter of a record, if there is one. */
  async redrive(record: number): Promise<void> {
    const rows = await this.#database.run(
      (sql) =>
        sql<
          { id: bigint }[]
        >`select dlq_id as id from dlq_events where value = ${Buffer.from(String(record))}`,
    );
    const ids = rows.map(({ id }) => id);
    await this.#queue.take({ ids }, async (letter) => ({ letter, place: { partition: 0, offset: '0' } }));
  }

  async content(): Promise<Content> {
    const read = (sql: Parameters<Parameters<Database['run']>[0]>[0]) =>
      sql.unsafe<{ content: string }[]>(contentText, [], { prepare: true });
    const [row] = await this.#database.run(read);
    return JSON.parse(row?.content ?? '{}');
  }

  async #run(text: string): Promise<void> {
    await this.#database.run((sql) => sql.unsafe(text).simple());
  }
}

/** What the content of the database must be. */
export function contentOf({ purged, ledgers, ...others }: Tables): Content {
  const withTail = ledgers.map(
    (row) => row && { ...row, tail: row.tail === null ? null : JSON.parse(row.tail) },
  );
  return { ...others, purged: purged.length, ledgers: withTail, violations: null };
}
