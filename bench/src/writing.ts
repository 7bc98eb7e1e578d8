import { type Batch, connectDatabase, createWriter, recordCount, type Writer } from '@pipeline/db';
import { settingsFor } from '@pipeline/testing';
import type { BenchServers } from './bench-servers.ts';
import { cpuMicrosOf } from './cpu.ts';
import { meterEncoding } from './encoding.ts';
import { meterUsage } from './usage.ts';

/** CPU time per event of writing it to the table, in microseconds. */
export interface WritingCost {
  /** In this process: encoding the statement parameters. */
  readonly encoding: number;
  /** In this process: sending the statement and reading the result. */
  readonly sending: number;
  /** In Postgres. */
  readonly statement: number;
  /** Mean number of events per batch. */
  readonly batchSize: number;
}

/** Writes the batches of one topic, one at a time; the first third is warm-up. */
export async function measureWriting(servers: BenchServers, batches: readonly Batch[]): Promise<WritingCost> {
  await using tables = await servers.createTables();
  const options = { applicationName: 'bench', connections: 1 };
  await using connected = connectDatabase(settingsFor(tables.url), options);
  const { database, encodingMicros } = meterEncoding(connected);
  const writer = createWriter(database, (statement) => statement());
  for (const { topic, partition } of batches) await writer.open({ topic, partition }, 0n);
  const warmUp = Math.ceil(batches.length / 3);
  await writeAll(writer, batches.slice(0, warmUp));

  const measured = batches.slice(warmUp);
  const rows = measured.reduce((sum, batch) => sum + recordCount(batch), 0);
  const encodedBefore = encodingMicros();
  const used = meterUsage([servers.postgres.pid]);
  const micros = await cpuMicrosOf(() => writeAll(writer, measured));
  const statement = ((used().cpuMs[0] ?? 0) * 1_000) / rows;
  const encoding = (encodingMicros() - encodedBefore) / rows;
  return { encoding, sending: micros / rows - encoding, statement, batchSize: rows / measured.length };
}

async function writeAll(writer: Writer, batches: readonly Batch[]): Promise<void> {
  for (const batch of batches) await writer.write(batch);
}
