import { join } from 'node:path';
import { type Drained, drainTopic } from './drain.ts';
import type { Environment } from './programs.ts';
import { type Cell, formatCell, logProgress, type Section } from './report.ts';
import type { BenchServers } from './servers.ts';
import { median } from './statistics.ts';

/** A definition that reads the built-in events by JSON Pointers. */
const EVENTS = join(import.meta.dirname, 'fields-definition.ts');

const columns = [
  'round',
  'built-in, events/s',
  '`fields`, events/s',
  'built-in, µs CPU/event',
  '`fields`, µs CPU/event',
  'ratio of CPU',
];

/** Compares a definition by `fields` with the built-in envelope on the same records, in alternating rounds. */
export async function measureEnvelope(servers: BenchServers): Promise<Section> {
  const rounds: (readonly number[])[] = [];
  for (let number = 1; number <= servers.size.rounds; number++) {
    logProgress(`envelope, round ${number} of ${servers.size.rounds}`);
    rounds.push(await measureRound(servers, number));
  }
  const medians = columns.slice(1).map((_, column) => median(rounds.map((row) => row[column] ?? 0)));
  return {
    title: 'Envelope: events found by `fields` instead of the built-in envelope',
    summary: [
      ['CPU of the consumer by `fields`, times that of the built-in', `${formatCell(medians[4] ?? 0)}`],
    ],
    columns,
    rows: [...rounds.map((row, index): Cell[] => [String(index + 1), ...row]), ['median', ...medians]],
    remarks: ['Without startup. The ratio compares within a round.'],
  };
}

async function measureRound(servers: BenchServers, number: number): Promise<readonly number[]> {
  const builtInFirst = number % 2 === 1;
  const first = await drain(servers, builtInFirst ? {} : { EVENTS });
  const second = await drain(servers, builtInFirst ? { EVENTS } : {});
  const [builtIn, fields] = builtInFirst ? [first, second] : [second, first];
  const [own, other] = [cpuOf(builtIn), cpuOf(fields)];
  return [builtIn.eventsPerSecond, fields.eventsPerSecond, own, other, other / own];
}

async function drain(servers: BenchServers, environment: Environment): Promise<Drained> {
  const filled = await servers.filledTopic();
  await using tables = await servers.createTables();
  return await drainTopic(servers, filled, tables, { isWarm: true, environment });
}

function cpuOf({ cpuMicros: [consumer = 0] }: Drained): number {
  return consumer;
}
