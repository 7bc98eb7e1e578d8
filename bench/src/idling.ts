import { setTimeout as sleep } from 'node:timers/promises';
import { startApp } from './programs.ts';
import { formatCell, logProgress, type Section } from './report.ts';
import { type BenchServers, consumerEnvironment } from './servers.ts';
import { createTopic } from './topics.ts';
import { meterUsage } from './usage.ts';

const SETTLE_MS = 5_000;
const WATCH_MS = 10_000;

/** Measures the CPU usage of an idle consumer. */
export async function measureIdling(servers: BenchServers): Promise<Section> {
  logProgress('idle consumer');
  await using tables = await servers.createTables();
  const topic = await createTopic(servers.kafka.address);
  await using consumer = startApp('consumer', [], consumerEnvironment(servers, topic, tables));
  await consumer.waitUntilJoined();
  await sleep(SETTLE_MS);
  const used = meterUsage([consumer.pid, servers.postgres.pid, servers.kafka.pid]);
  await sleep(WATCH_MS);
  const { cpuMs, seconds } = used();
  const shares = cpuMs.map((ms) => ms / seconds / 10);
  return {
    title: 'Idle: % of one core',
    summary: [['an idle consumer', `${formatCell(shares[0] ?? 0)} % of a core`]],
    columns: ['consumer', 'Postgres', 'Kafka'],
    rows: [shares],
    remarks: [`Over ${WATCH_MS / 1_000} s. Linux counts CPU time in steps of 10 ms, which is 0.1 % here.`],
  };
}
