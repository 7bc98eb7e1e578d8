import { buildExecutable, startApp, startExecutable } from './programs.ts';
import { formatCell, logProgress, type Section } from './report.ts';
import { type BenchServers, consumerEnvironment, selectNumber } from './servers.ts';
import { median } from './statistics.ts';

const STARTS = 5;

const forms = { executable: startExecutable, sources: startApp };

/**
 * Measures the time from starting a consumer to its first row, with running servers and a backlog: as an executable,
 * and from its sources.
 */
export async function measureStarting(servers: BenchServers): Promise<Section> {
  const { topic } = await servers.filledTopic();
  buildExecutable('consumer');
  const measured = Object.entries(forms).map(([name, start]) => ({
    name,
    start,
    milliseconds: [] as number[],
  }));
  for (let round = 1; round <= STARTS; round++) {
    logProgress(`start to first row, ${round} of ${STARTS}`);
    for (const { start, milliseconds } of measured)
      milliseconds.push(await startToFirstRow(servers, topic, start));
  }
  return {
    title: 'Start to first row',
    summary: measured.map(({ name, milliseconds }) => [
      `start to first row, ${name}`,
      `${formatCell(median(milliseconds))} ms`,
    ]),
    columns: ['form', 'median, ms', 'min, ms', 'max, ms'],
    rows: measured.map(({ name, milliseconds }) => [
      name,
      median(milliseconds),
      Math.min(...milliseconds),
      Math.max(...milliseconds),
    ]),
    remarks: [
      `${STARTS} starts, each with a new group and empty tables; pnpm's own startup is not included.`,
    ],
  };
}

async function startToFirstRow(
  servers: BenchServers,
  topic: string,
  start: typeof startApp,
): Promise<number> {
  await using tables = await servers.createTables();
  const hasRow = async () => (await selectNumber(tables.database, 'select 1 from raw_events limit 1')) > 0;
  await hasRow();
  const startedAt = performance.now();
  await using consumer = start('consumer', [], consumerEnvironment(servers, topic, tables));
  await consumer.waitUntil(hasRow, 5);
  return performance.now() - startedAt;
}
