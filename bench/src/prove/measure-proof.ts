import { UserError } from '@pipeline/runtime';
import { drainTopic } from '../drain.ts';
import { type Latency, measureRate } from '../latency.ts';
import { type Environment, startApp } from '../programs.ts';
import { formatCell, logProgress, type Section } from '../report.ts';
import { type BenchServers, consumerEnvironment, selectNumber } from '../servers.ts';
import { median } from '../statistics.ts';
import { createTopic, topicEnvironment } from '../topics.ts';
import { meterUsage, peakRssMb } from '../usage.ts';

const columns = [
  'round',
  'consumer, records/s',
  'proof, records/s',
  'ratio',
  'peak RSS of the proof, MB',
  'proof, µs CPU/record',
  'Postgres, µs CPU/record',
  'Kafka, µs CPU/record',
];

/** Events per second of the load next to which a proof runs with its default rate. */
const LOAD = 10_000;

/** Compares a proof of all records with the consumer that stored them, and latency with and without a proof. */
export async function measureProof(servers: BenchServers): Promise<Section> {
  const topic = await fillTopic(servers);
  const rounds: (readonly number[])[] = [];
  for (let round = 1; round <= servers.size.rounds; round++) {
    logProgress(`proof, round ${round} of ${servers.size.rounds}`);
    rounds.push([round, ...(await measureRound(servers, topic))]);
  }
  const medians = columns.map((_, column) => median(rounds.map((row) => row[column] ?? 0)));
  const [, consumed, proven, ratio, rss] = medians.map(formatCell);
  const { without, next } = await measureLatencies(servers);
  return {
    title: `Proof: ${servers.size.events.toLocaleString('en-US')} records`,
    summary: [
      ['proof of all records', `${proven} records/s, ${ratio} of the consumer's ${consumed}`],
      ['peak memory of the proof', `${rss} MB`],
      [
        `latency at ${LOAD} events/s without a proof, and next to one`,
        `p50 ${formatCell(medianOf(without, 'p50'))} ms, ${formatCell(medianOf(next, 'p50'))} ms`,
      ],
      [
        'mean lag next to a proof, in the first and in the last third of the time',
        `${formatCell(medianOf(next, 'firstLag'))} events, ${formatCell(medianOf(next, 'lastLag'))} events`,
      ],
    ],
    columns,
    rows: [...rounds.map(([round, ...row]) => [String(round), ...row]), ['median', ...medians.slice(1)]],
    remarks: ['Consumer without startup; the proof from its start to its end, at no limited rate.'],
  };
}

async function fillTopic({ kafka, size }: BenchServers): Promise<string> {
  logProgress(`filling a topic with ${size.events} events`);
  const topic = await createTopic(kafka.address);
  const args = ['--rate', '0', '--count', String(size.events), '--seed', '1'];
  await using producer = startApp('producer', args, topicEnvironment(kafka.address, topic));
  await producer.finish();
  return topic;
}

async function measureRound(servers: BenchServers, topic: string): Promise<readonly number[]> {
  const { events } = servers.size;
  await using tables = await servers.createTables();
  const { eventsPerSecond } = await drainTopic(servers, { topic, events }, tables, { isWarm: true });
  await using proof = startApp(
    'stats',
    ['prove', '--rate', '0', '--restart'],
    consumerEnvironment(servers, topic, tables),
  );
  const used = meterUsage([proof.pid, servers.postgres.pid, servers.kafka.pid]);
  let [rss, usage] = [0, used()];
  const poll = setInterval(() => {
    const peak = peakRssMb(proof.pid);
    if (peak > 0) [rss, usage] = [peak, used()];
  }, 100);
  await proof.finish().finally(() => clearInterval(poll));
  const records = await selectNumber(
    tables.database,
    'select max(records) from proofs where differences = 0',
  );
  if (records !== events)
    throw new UserError(`proved ${records} of ${events} records`, 'fix the proof first');
  const { seconds, cpuMs } = usage;
  const rate = events / seconds;
  return [eventsPerSecond, rate, rate / eventsPerSecond, rss, ...cpuMs.map((ms) => (1_000 * ms) / events)];
}

/** Figures of rounds, without a proof and next to one. */
interface Latencies {
  readonly without: readonly Latency[];
  readonly next: readonly Latency[];
}

/** In alternating rounds. */
async function measureLatencies(servers: BenchServers): Promise<Latencies> {
  const [without, next]: [Latency[], Latency[]] = [[], []];
  for (let round = 1; round <= servers.size.rounds; round++) {
    logProgress(`latency next to a proof, round ${round} of ${servers.size.rounds}`);
    without.push(await measureRate(servers, LOAD));
    next.push(await measureRate(servers, LOAD, proveRepeatedly));
  }
  return { without, next };
}

function medianOf(rounds: readonly Latency[], figure: keyof Latency): number {
  return median(rounds.map((round) => round[figure]));
}

/** Each proof has the records that were stored before it. */
async function proveRepeatedly(environment: Environment, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await using proof = startApp('stats', ['prove', '--restart'], environment);
    await Promise.race([proof.finish(), new Promise((resolve) => signal.addEventListener('abort', resolve))]);
  }
}
