import { connectKafka, kafkaSettings, openPublisher } from '@pipeline/kafka';
import { readSettings } from '@pipeline/runtime';
import { freshName } from '@pipeline/testing';
import { type BenchServers, consumerEnvironment, type Tables } from './bench-servers.ts';
import { accountedFor } from './drain.ts';
import { log } from './log.ts';
import { type Program, startApp } from './programs.ts';
import { eventsOf, type Scenario, scenarios } from './scenarios.ts';
import type { Cell, Section } from './section.ts';
import { EARLIER, idInSql, recordAt } from './synthetic.ts';
import { logger, topicEnvironment } from './topic-environment.ts';
import { meterUsage } from './usage.ts';
import { waitWhileRunning } from './wait.ts';

/** Measures how the cost per record grows with the pipeline, varying one parameter at a time. */
export async function measureGrowth(servers: BenchServers): Promise<Section> {
  const measured: (readonly [string, DrainCost])[] = [];
  for (const scenario of scenarios) {
    log(`growth: ${scenario.name}`);
    measured.push([scenario.name, await measureScenario(servers, scenario)]);
  }
  const baseline = measured[0]?.[1].recordsPerSecond ?? 1;
  return {
    title: 'Growth',
    summary: [],
    columns: [
      '',
      'records/s',
      'relative to the first',
      'consumers, µs CPU/record',
      'Postgres, µs',
      'Kafka, µs',
    ],
    rows: measured.map(([name, { recordsPerSecond, cpuMicros }]): Cell[] => [
      name,
      recordsPerSecond,
      recordsPerSecond / baseline,
      ...cpuMicros,
    ]),
    remarks: ['Without startup. Each scenario differs from the first only in the named parameter.'],
  };
}

interface DrainCost {
  readonly recordsPerSecond: number;
  /** CPU time per record in microseconds: all consumers, Postgres, Kafka. */
  readonly cpuMicros: readonly [number, number, number];
}

async function measureScenario(servers: BenchServers, scenario: Scenario): Promise<DrainCost> {
  const events = eventsOf(scenario, servers.size.events);
  const topic = await fillTopic(servers, scenario, events);
  await using tables = await servers.createTables();
  await fillTable(tables, scenario, events);
  const environment = { ...consumerEnvironment(servers, topic, tables), DLQ_LIMIT_RATIO: '0' };
  await using stack = new AsyncDisposableStack();
  const consumers = Array.from({ length: scenario.consumers }, () =>
    stack.use(startApp('consumer', [], environment)),
  );
  return await measureDrain(servers, tables, consumers, events);
}

async function measureDrain(
  servers: BenchServers,
  tables: Tables,
  consumers: readonly Program[],
  events: number,
): Promise<DrainCost> {
  const [first] = consumers;
  if (first === undefined) throw new RangeError('no consumer');
  const until = (records: number) =>
    waitWhileRunning(first, async () => (await accountedFor(tables)) >= records, 10);
  await until(1);
  const before = await accountedFor(tables);
  const used = meterUsage([...consumers.map(({ pid }) => pid), servers.postgres.pid, servers.kafka.pid]);
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

/** Inserts earlier events and the topic's duplicates; builds the index afterwards, which is faster. */
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
