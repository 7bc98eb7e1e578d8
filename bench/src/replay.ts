import type { BenchServers } from './bench-servers.ts';
import { copyRows } from './copy.ts';
import { type Drained, drainTopic } from './drain.ts';
import { log } from './log.ts';
import { formatCell } from './markdown.ts';
import type { Cell, Section } from './section.ts';
import { median } from './statistics.ts';
import type { FilledTopic } from './topic.ts';

/** Compares draining a half-stored topic with draining a new one, in alternating rounds. */
export async function measureReplay(servers: BenchServers): Promise<Section> {
  const filled = await servers.filledTopic();
  const rounds: (readonly [number, number, number])[] = [];
  for (let number = 1; number <= servers.size.rounds; number++) {
    log(`half replayed, round ${number} of ${servers.size.rounds}`);
    const clean = await drainAfter(servers, filled, []);
    const halfStored = await drainAfter(servers, filled, filled.rows.first);
    rounds.push([
      clean.eventsPerSecond,
      halfStored.eventsPerSecond,
      halfStored.eventsPerSecond / clean.eventsPerSecond,
    ]);
  }
  const medians = [0, 1, 2].map((column) => median(rounds.map((round) => round[column] ?? 0)));
  return {
    title: 'Replay of a half-stored topic',
    summary: [
      [
        'topic of which half is already stored, relative to a new one',
        `${formatCell(medians[2] ?? 0)} of the rate`,
      ],
    ],
    columns: ['round', 'none stored, events/s', 'half stored, events/s', 'ratio'],
    rows: [...rounds.map((round, index): Cell[] => [String(index + 1), ...round]), ['median', ...medians]],
    remarks: [],
  };
}

async function drainAfter(
  servers: BenchServers,
  filled: FilledTopic,
  stored: readonly Buffer[],
): Promise<Drained> {
  await using tables = await servers.createTables();
  await copyRows(tables.url, stored);
  await tables.database.run((sql) => sql`checkpoint`);
  return await drainTopic(servers, filled, tables);
}
