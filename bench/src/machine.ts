import { availableParallelism, cpus, totalmem } from 'node:os';
import { kafkaVersion } from 'infra/local';
import type { BenchServers } from './bench-servers.ts';

/** Describes the hardware and the versions in one line. */
export async function describeMachine(servers: BenchServers): Promise<string> {
  await using tables = await servers.createTables();
  const [row] = await tables.database.run<{ version: string }>(
    (sql) => sql`select current_setting('server_version') as version`,
  );
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'})`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    `Node ${process.versions.node}`,
    `Kafka ${kafkaVersion}`,
    `PostgreSQL ${row?.version}`,
  ].join(', ');
}
