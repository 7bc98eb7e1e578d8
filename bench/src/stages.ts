import { type Batch, connectDatabase, createWriter, recordCount } from '@pipeline/db';
import type { RecordBatch } from '@pipeline/kafka';
import { decodeEvent } from '@pipeline/schema';
import { triage } from 'consumer/triage';
import { settingsFor } from 'infra/testing';
import type { Lab } from './lab.ts';
import { say } from './say.ts';
import type { Section } from './section.ts';
import { median } from './statistics.ts';
import { readTopic } from './topic.ts';
import { meterUsage } from './usage.ts';

/** More than that need not be kept to know what one costs. */
const SAMPLE = 150_000;
const PASSES = 7;

/** What each step of the path costs, one after the other in this process. */
export async function measureStages(lab: Lab): Promise<Section> {
  const { topic, events } = await lab.filledTopic();
  say('stages');
  const fetched = await measureFetch(lab, topic, events);
  const batches = await readSample(lab, topic);
  const parsed = measurePasses(batches, (batch) =>
    batch.records.map(({ value }) => JSON.parse(String(value))),
  );
  const decoded = measurePasses(batches, (batch) => triage(batch, decodeEvent));
  const written = await measureWrite(
    lab,
    batches.map((batch) => triage(batch, decodeEvent)),
  );
  return {
    title: 'Stages: µs of CPU per event',
    columns: ['stage', 'ours', 'Postgres', 'Kafka'],
    rows: [
      ['fetch: Kafka’s response to records', fetched.ours, '-', fetched.kafka],
      ['decode and validate: `decodeEvent`, parting good from bad', decoded, '-', '-'],
      ['of that, `JSON.parse` alone', parsed, '-', '-'],
      ['write: parameters, driver, statement', written.ours, written.postgres, '-'],
    ],
    remarks: [
      `One stage after the other, warmed up, in one process; batches of ${Math.round(written.batchSize)} events, written ` +
        'one at a time. The running consumer adds what these leave out: its start, cold code, commits, metrics.',
    ],
  };
}

/** The sum is of a whole reading, the second one, so that the code is compiled. */
async function measureFetch(lab: Lab, topic: string, events: number) {
  const used = meterUsage([process.pid, lab.kafka.pid]);
  const before = process.cpuUsage();
  await readTopic(lab.kafka.address, topic, touchValues);
  const { user, system } = process.cpuUsage(before);
  return { ours: (user + system) / events, kafka: ((used().cpuMs[1] ?? 0) * 1_000) / events };
}

/** A record's value is cut out of the response when it is asked for. */
function touchValues({ records }: RecordBatch): number {
  return records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
}

async function readSample(lab: Lab, topic: string): Promise<readonly RecordBatch[]> {
  const batches: RecordBatch[] = [];
  let size = 0;
  await readTopic(lab.kafka.address, topic, (batch) => {
    if (size < SAMPLE) batches.push(batch);
    size += batch.records.length;
  });
  return batches;
}

/** Microseconds of CPU per record: the median of some passes, after two that only warm up. */
function measurePasses(batches: readonly RecordBatch[], work: (batch: RecordBatch) => unknown): number {
  const records = batches.reduce((sum, batch) => sum + batch.records.length, 0);
  const passes = Array.from({ length: PASSES }, () => {
    const before = process.cpuUsage();
    for (const batch of batches) work(batch);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / records;
  });
  return median(passes.slice(2));
}

/** A third of the batches only warms up. */
async function measureWrite(lab: Lab, batches: readonly Batch[]) {
  await using tables = await lab.createTables();
  await using database = connectDatabase(settingsFor(tables.url), {
    applicationName: 'bench',
    connections: 1,
  });
  const writer = createWriter(database, (statement) => statement());
  for (const { topic, partition } of batches) await writer.open({ topic, partition }, 0n);
  const writeAll = async (part: readonly Batch[]) => {
    for (const batch of part) await writer.write(batch);
  };
  const warmUp = Math.ceil(batches.length / 3);
  await writeAll(batches.slice(0, warmUp));
  const measured = batches.slice(warmUp);
  const used = meterUsage([lab.postgres.pid]);
  const before = process.cpuUsage();
  await writeAll(measured);
  const { user, system } = process.cpuUsage(before);
  const rows = measured.reduce((sum, batch) => sum + recordCount(batch), 0);
  const postgres = ((used().cpuMs[0] ?? 0) * 1_000) / rows;
  return { ours: (user + system) / rows, postgres, batchSize: rows / measured.length };
}
