import { type BenchServers, consumerEnvironment } from './bench-servers.ts';
import { formatCell } from './markdown.ts';
import { startApp } from './programs.ts';
import { say } from './say.ts';
import type { Section } from './section.ts';
import { median } from './statistics.ts';
import { waitWhileRunning } from './wait.ts';

const STARTS = 5;

/** From the start of a consumer's process to its first row, servers running and events waiting. */
export async function measureStarting(lab: BenchServers): Promise<Section> {
  const { topic } = await lab.filledTopic();
  const milliseconds: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    say(`start to first row, ${start + 1} of ${STARTS}`);
    milliseconds.push(await startToFirstRow(lab, topic));
  }
  return {
    title: 'Start to first row',
    summary: [['start to first row', `${formatCell(median(milliseconds))} ms`]],
    columns: ['median, ms', 'least, ms', 'most, ms'],
    rows: [[median(milliseconds), Math.min(...milliseconds), Math.max(...milliseconds)]],
    remarks: [`${STARTS} starts, each as a new group on empty tables; pnpm's own start is not included.`],
  };
}

async function startToFirstRow(lab: BenchServers, topic: string): Promise<number> {
  await using tables = await lab.createTables();
  const hasRow = async () => {
    const [row] = await tables.database.run((sql) => sql`select 1 from raw_events limit 1`);
    return row !== undefined;
  };
  await hasRow();
  const startedAt = performance.now();
  await using consumer = startApp('consumer', [], consumerEnvironment(lab, topic, tables));
  await waitWhileRunning(consumer, hasRow, 5);
  return performance.now() - startedAt;
}
