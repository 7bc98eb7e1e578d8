import { type Batch, connectDatabase, createWriter, recordCount, type Writer } from '@pipeline/db';
import { settingsFor } from 'infra/testing';
import type { BenchServers } from './bench-servers.ts';
import { cpuMicrosOf } from './cpu.ts';
import { meterEncoding } from './encoding.ts';
import { meterUsage } from './usage.ts';

/** Microseconds of CPU that an event's way into its table takes. */
export interface WritingCost {
  /** Ours, for the parameters of the statement. */
  readonly encoding: number;
  /** Ours, for the driver: sending, and reading the answer. */
  readonly sending: number;
  /** Postgres's. */
  readonly statement: number;
  /** Events that a batch holds on average. */
  readonly batchSize: number;
}

/** Writes batches of one topic one at a time; the first third of them only warms up. */
export async function measureWriting(lab: BenchServers, batches: readonly Batch[]): Promise<WritingCost> {
  await using tables = await lab.createTables();
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
  const used = meterUsage([lab.postgres.pid]);
  const micros = await cpuMicrosOf(() => writeAll(writer, measured));
  const statement = ((used().cpuMs[0] ?? 0) * 1_000) / rows;
  const encoding = (encodingMicros() - encodedBefore) / rows;
  return { encoding, sending: micros / rows - encoding, statement, batchSize: rows / measured.length };
}

async function writeAll(writer: Writer, batches: readonly Batch[]): Promise<void> {
  for (const batch of batches) await writer.write(batch);
}
