import { startApp } from './programs.ts';
import { formatCell, logProgress, type Section } from './report.ts';
import { type BenchServers, consumerEnvironment, selectNumber } from './servers.ts';
import { median } from './statistics.ts';

const STARTS = 5;

/** Measures the time from starting a consumer to its first row, with running servers and a backlog. */
export async function measureStarting(servers: BenchServers): Promise<Section> {
  const { topic } = await servers.filledTopic();
  const milliseconds: number[] = [];
  for (let start = 1; start <= STARTS; start++) {
    logProgress(`start to first row, ${start} of ${STARTS}`);
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
  const hasRow = async () => (await selectNumber(tables.database, 'select 1 from raw_events limit 1')) > 0;
  await hasRow();
  const startedAt = performance.now();
  await using consumer = startApp('consumer', [], consumerEnvironment(servers, topic, tables));
  await consumer.waitUntil(hasRow, 5);
  return performance.now() - startedAt;
}
