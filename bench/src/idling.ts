import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchServers, consumerEnvironment } from './bench-servers.ts';
import { formatCell } from './markdown.ts';
import { startApp } from './programs.ts';
import { say } from './say.ts';
import type { Section } from './section.ts';
import { meterUsage } from './usage.ts';
import { waitUntilJoined } from './wait.ts';

const SETTLE_MS = 5_000;
const WATCH_MS = 10_000;

/** What a consumer costs that has nothing to do. */
export async function measureIdling(lab: BenchServers): Promise<Section> {
  say('idle consumer');
  await using tables = await lab.createTables();
  const topic = await lab.createTopic();
  await using consumer = startApp('consumer', [], consumerEnvironment(lab, topic, tables));
  await waitUntilJoined(consumer);
  await sleep(SETTLE_MS);
  const used = meterUsage([consumer.pid, lab.postgres.pid, lab.kafka.pid]);
  await sleep(WATCH_MS);
  const { cpuMs, seconds } = used();
  const shares = cpuMs.map((ms) => ms / seconds / 10);
  return {
    title: 'Idle: % of a core',
    summary: [['an idle consumer', `${formatCell(shares[0] ?? 0)} % of a core`]],
    columns: ['consumer', 'Postgres', 'Kafka'],
    rows: [shares],
    remarks: [`Over ${WATCH_MS / 1_000} s; Linux counts in steps of 10 ms, which is 0.1 % here.`],
  };
}
