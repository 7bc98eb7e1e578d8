import type { BenchServers } from './bench-servers.ts';
import { copyRows } from './copy.ts';
import { type Drained, drainTopic } from './drain.ts';
import { formatCell } from './markdown.ts';
import { say } from './say.ts';
import type { Cell, Section } from './section.ts';
import { median } from './statistics.ts';
import type { FilledTopic } from './topic.ts';

/** A topic of which every second event is stored already, against one of which none is, in turn. */
export async function measureReplay(lab: BenchServers): Promise<Section> {
  const filled = await lab.filledTopic();
  const rounds: (readonly [number, number, number])[] = [];
  for (let number = 1; number <= lab.size.rounds; number++) {
    say(`replayed half, round ${number} of ${lab.size.rounds}`);
    const clean = await drainAfter(lab, filled, []);
    const replayed = await drainAfter(lab, filled, filled.rows.first);
    rounds.push([
      clean.eventsPerSecond,
      replayed.eventsPerSecond,
      replayed.eventsPerSecond / clean.eventsPerSecond,
    ]);
  }
  const medians = [0, 1, 2].map((column) => median(rounds.map((round) => round[column] ?? 0)));
  return {
    title: 'A replayed half',
    summary: [
      [
        'a topic of which half is stored already, against a new one',
        `${formatCell(medians[2] ?? 0)} of the rate`,
      ],
    ],
    columns: ['round', 'nothing stored, events/s', 'every second event stored, events/s', 'ratio'],
    rows: [...rounds.map((round, index): Cell[] => [String(index + 1), ...round]), ['median', ...medians]],
    remarks: [],
  };
}

async function drainAfter(
  lab: BenchServers,
  filled: FilledTopic,
  stored: readonly Buffer[],
): Promise<Drained> {
  await using tables = await lab.createTables();
  await copyRows(tables.url, stored);
  await tables.database.run((sql) => sql`checkpoint`);
  return await drainTopic(lab, filled, tables);
}
