import { connectKafka, kafkaSettings, openPublisher } from '@pipeline/kafka';
import { readSettings } from '@pipeline/runtime';
import { freshName } from 'infra/testing';
import {
  type BenchServers,
  consumerEnvironment,
  logger,
  type Tables,
  topicEnvironment,
} from './bench-servers.ts';
import { accountedFor } from './drain.ts';
import { type Program, startApp } from './programs.ts';
import { say } from './say.ts';
import { eventsOf, type Scenario, scenarios } from './scenarios.ts';
import type { Cell, Section } from './section.ts';
import { EARLIER, idInSql, recordAt } from './synthetic.ts';
import { meterUsage } from './usage.ts';
import { waitWhileRunning } from './wait.ts';

/** How the cost of an event grows with the size of everything, one thing varied at a time. */
export async function measureGrowth(lab: BenchServers): Promise<Section> {
  const measured: (readonly [string, Grown])[] = [];
  for (const scenario of scenarios) {
    say(`growth: ${scenario.name}`);
    measured.push([scenario.name, await measureScenario(lab, scenario)]);
  }
  const usual = measured[0]?.[1].recordsPerSecond ?? 1;
  return {
    title: 'How cost grows',
    summary: [],
    columns: ['', 'records/s', 'of the first', 'consumers, µs CPU/record', 'Postgres, µs', 'Kafka, µs'],
    rows: measured.map(([name, { recordsPerSecond, cpuMicros }]): Cell[] => [
      name,
      recordsPerSecond,
      recordsPerSecond / usual,
      ...cpuMicros,
    ]),
    remarks: [
      'From the first batch to the last, without the start. Each differs from the first in what it names.',
    ],
  };
}

interface Grown {
  readonly recordsPerSecond: number;
  /** CPU of each record in microseconds: the consumers', Postgres's, Kafka's. */
  readonly cpuMicros: readonly [number, number, number];
}

async function measureScenario(lab: BenchServers, scenario: Scenario): Promise<Grown> {
  const events = eventsOf(scenario, lab.size.events);
  const topic = await fillTopic(lab, scenario, events);
  await using tables = await lab.createTables();
  await fillTable(tables, scenario, events);
  const environment = { ...consumerEnvironment(lab, topic, tables), DLQ_LIMIT_RATIO: '0' };
  await using stack = new AsyncDisposableStack();
  const consumers = Array.from({ length: scenario.consumers }, () =>
    stack.use(startApp('consumer', [], environment)),
  );
  return await measureDrain(lab, tables, consumers, events);
}

async function measureDrain(
  lab: BenchServers,
  tables: Tables,
  consumers: readonly Program[],
  events: number,
): Promise<Grown> {
  const [first] = consumers;
  if (first === undefined) throw new RangeError('no consumer');
  const until = (records: number) =>
    waitWhileRunning(first, async () => (await accountedFor(tables)) >= records, 10);
  await until(1);
  const before = await accountedFor(tables);
  const used = meterUsage([...consumers.map(({ pid }) => pid), lab.postgres.pid, lab.kafka.pid]);
  await until(events);
  const { seconds, cpuMs } = used();
  const records = events - before;
  const micros = (ms: readonly number[]) => (1_000 * ms.reduce((sum, one) => sum + one, 0)) / records;
  const [kafka, postgres, ...own] = cpuMs.toReversed();
  return {
    recordsPerSecond: records / seconds,
    cpuMicros: [micros(own), micros([postgres ?? 0]), micros([kafka ?? 0])],
  };
}

const CHUNK = 5_000;

async function fillTopic(
  { kafka: { address } }: BenchServers,
  scenario: Scenario,
  events: number,
): Promise<string> {
  const topic = freshName('bench');
  const client = connectKafka(readSettings(kafkaSettings, topicEnvironment(address, topic)), 'bench', logger);
  const admin = client.admin();
  await admin.connect();
  const topics = [{ topic, numPartitions: scenario.partitions }, { topic: `${topic}_dlq` }];
  await admin.createTopics({ topics, waitForLeaders: true });
  await admin.disconnect();
  await using publisher = await openPublisher(client);
  for (let from = 0; from < events; from += CHUNK) {
    const length = Math.min(CHUNK, events - from);
    await publisher.publish(
      topic,
      Array.from({ length }, (_, index) => recordAt(from + index, scenario)),
    );
  }
  return topic;
}

/** Rows of earlier events, and of the topic's own: first without the index, which is faster. */
async function fillTable({ database }: Tables, scenario: Scenario, events: number): Promise<void> {
  const { rows, duplicates, ids } = scenario;
  const insert = (from: number, to: number, where: string) =>
    database.run((sql) =>
      sql.unsafe(
        `insert into raw_events (event_id, event_type, event_time, user_id, payload)
         select ${idInSql[ids]}, 'page_view', now(), 'user', '{"path":"/products/1"}'
         from generate_series(${from}::bigint, ${to - 1}::bigint) as i where ${where}`,
      ),
    );
  await database.run((sql) => sql`alter table raw_events drop constraint raw_events_pkey`);
  const MILLION = 1_000_000;
  for (let from = 0; from < rows; from += MILLION) await insert(from, Math.min(from + MILLION, rows), 'true');
  await insert(EARLIER, EARLIER + events, `(i - ${EARLIER}) % 100 < ${100 * duplicates}`);
  await database.run((sql) => sql`alter table raw_events add primary key (event_id)`);
  await database.run((sql) => sql`vacuum analyze raw_events`);
  await database.run((sql) => sql`checkpoint`);
}
