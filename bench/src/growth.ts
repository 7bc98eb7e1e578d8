import { openPublisher } from '@pipeline/kafka';
import { drainTopic } from './drain.ts';
import { type Cell, logProgress, type Section } from './report.ts';
import { baseline, EARLIER, eventInSql, eventsOf, recordAt, type Scenario, scenarios } from './scenarios.ts';
import type { BenchServers, Tables } from './servers.ts';
import { connectTo, createTopic } from './topics.ts';

/** Measures how the cost per record grows with the pipeline, varying one parameter at a time. */
export async function measureGrowth(servers: BenchServers): Promise<Section> {
  const rows: (readonly Cell[])[] = [];
  let firstRate: number | undefined;
  logProgress('growth: a run that does not count, because the broker has just started');
  await measureScenario(servers, baseline);
  for (const scenario of scenarios) {
    logProgress(`growth: ${scenario.name}`);
    const { eventsPerSecond, cpuMicros } = await measureScenario(servers, scenario);
    firstRate ??= eventsPerSecond;
    rows.push([scenario.name, eventsPerSecond, eventsPerSecond / firstRate, ...cpuMicros]);
  }
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
    rows,
    remarks: ['Without startup. Each scenario differs from the first only in the named parameter.'],
  };
}

async function measureScenario(servers: BenchServers, scenario: Scenario) {
  const events = eventsOf(scenario, servers.size.events);
  const topic = await fillTopic(servers.kafka.address, scenario, events);
  await using tables = await servers.createTables();
  await fillTable(tables, scenario, events);
  const { consumers } = scenario;
  const options = { consumers, isWarm: true, environment: undisturbed };
  return await drainTopic(servers, { topic, events }, tables, options);
}

/** Settings of a consumer that is not paused, however many records are invalid. */
export const undisturbed = { DLQ_LIMIT_RATIO: '0' };

const CHUNK = 5_000;

/** Fills a topic with the records of a scenario. */
export async function fillTopic(brokers: string, scenario: Scenario, events: number): Promise<string> {
  const topic = await createTopic(brokers, scenario.partitions);
  await using publisher = await openPublisher(connectTo(brokers));
  for (let from = 0; from < events; from += CHUNK) {
    const length = Math.min(CHUNK, events - from);
    const records = Array.from({ length }, (_, index) => recordAt(from + index, scenario));
    await publisher.publish(topic, records);
  }
  return topic;
}

const MILLION = 1_000_000;

/** Inserts earlier events and the topic's duplicates; builds the index afterwards, which is faster. */
export async function fillTable({ database }: Tables, scenario: Scenario, events: number): Promise<void> {
  const { rows, duplicates } = scenario;
  const run = (statement: string) => database.run((sql) => sql.unsafe(statement));
  const insert = (from: number, to: number, where: string) =>
    run(`insert into raw_events (event_id, event_type, event_time, user_id, payload)
         select ${eventInSql(scenario)} from generate_series(${from}::bigint, ${to - 1}::bigint) as i where ${where}`);
  await run('alter table raw_events drop constraint raw_events_pkey');
  for (let from = 0; from < rows; from += MILLION) await insert(from, Math.min(from + MILLION, rows), 'true');
  await insert(EARLIER, EARLIER + events, `(i - ${EARLIER}) % 100 < ${100 * duplicates}`);
  await run('alter table raw_events add primary key (event_id)');
  await run('vacuum analyze raw_events');
  await run('checkpoint');
}
