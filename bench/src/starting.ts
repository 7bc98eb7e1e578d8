import { type BenchServers, consumerEnvironment } from './bench-servers.ts';
import { log } from './log.ts';
import { formatCell } from './markdown.ts';
import { startApp } from './programs.ts';
import type { Section } from './section.ts';
import { median } from './statistics.ts';
import { waitWhileRunning } from './wait.ts';

const STARTS = 5;

/** Measures the time from starting a consumer to its first row, with running servers and a backlog. */
export async function measureStarting(servers: BenchServers): Promise<Section> {
  const { topic } = await servers.filledTopic();
  const milliseconds: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    log(`start to first row, ${start + 1} of ${STARTS}`);
    milliseconds.push(await startToFirstRow(servers, topic));
  }
  return {
    title: 'Start to first row',
    summary: [['start to first row', `${formatCell(median(milliseconds))} ms`]],
    columns: ['median, ms', 'min, ms', 'max, ms'],
    rows: [[median(milliseconds), Math.min(...milliseconds), Math.max(...milliseconds)]],
    remarks: [
      `${STARTS} starts, each with a new group and empty tables; pnpm's own startup is not included.`,
    ],
  };
}

async function startToFirstRow(servers: BenchServers, topic: string): Promise<number> {
  await using tables = await servers.createTables();
  const hasRow = async () => {
    const [row] = await tables.database.run((sql) => sql`select 1 from raw_events limit 1`);
    return row !== undefined;
  };
  await hasRow();
  const startedAt = performance.now();
  await using consumer = startApp('consumer', [], consumerEnvironment(servers, topic, tables));
  await waitWhileRunning(consumer, hasRow, 5);
  return performance.now() - startedAt;
}
