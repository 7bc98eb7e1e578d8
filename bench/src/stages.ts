import { type Batch, connectDatabase, createWriter, recordCount } from '@pipeline/db';
import type { RecordBatch } from '@pipeline/kafka';
import { decodeEvent } from '@pipeline/schema';
import { triage } from 'consumer/triage';
import { settingsFor } from 'infra/testing';
import { cpuMicrosOf, medianMicros, passesText } from './cpu.ts';
import { meterEncoding } from './encoding.ts';
import type { Lab } from './lab.ts';
import { say } from './say.ts';
import type { Section } from './section.ts';
import { readTopic } from './topic.ts';
import { meterUsage } from './usage.ts';

/** More than that need not be kept to know what one costs. */
const SAMPLE = 150_000;

/** What each step of the path costs, one after the other in this process. */
export async function measureStages(lab: Lab): Promise<Section> {
  const { topic, events } = await lab.filledTopic();
  say('stages');
  const fetched = await measureFetch(lab, topic, events);
  const batches = await readSample(lab, topic);
  const records = batches.flatMap((batch) => batch.records);
  const parsed = await medianMicros(records.length, () => {
    for (const { value } of records) JSON.parse(String(value));
  });
  const decoded = await medianMicros(records.length, () => {
    for (const batch of batches) triage(batch, decodeEvent);
  });
  const written = await measureWrite(
    lab,
    batches.map((batch) => triage(batch, decodeEvent)),
  );
  return {
    title: 'Stages: µs of CPU per event',
    summary: [],
    columns: ['stage', 'ours', 'Postgres', 'Kafka'],
    rows: [
      ['fetch: from a response to records', fetched.ours, '-', fetched.kafka],
      ['decode and validate: `decodeEvent`, parting good from bad', decoded, '-', '-'],
      ['of that, bytes to text and `JSON.parse`', parsed, '-', '-'],
      ['encode: the parameters of the statement', written.encoding, '-', '-'],
      ['write: the driver, the statement', written.sending, written.postgres, '-'],
    ],
    remarks: [
      `Each stage by itself, in one warm process: of decoding ${passesText}; of fetching, the topic read a second ` +
        `time; of writing, batches of ${Math.round(written.batchSize).toLocaleString('en-US')} events one at a time. ` +
        'A consumer adds what these leave out: its start, code that is still cold, metrics.',
    ],
  };
}

/** The topic was read before, so that the code is compiled. */
async function measureFetch(lab: Lab, topic: string, events: number) {
  const used = meterUsage([lab.kafka.pid]);
  const micros = await cpuMicrosOf(() => readTopic(lab.kafka.address, topic, touchValues));
  return { ours: micros / events, kafka: ((used().cpuMs[0] ?? 0) * 1_000) / events };
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

/** A third of the batches only warms up. */
async function measureWrite(lab: Lab, batches: readonly Batch[]) {
  await using tables = await lab.createTables();
  await using database = connectDatabase(settingsFor(tables.url), {
    applicationName: 'bench',
    connections: 1,
  });
  const metered = meterEncoding(database);
  const writer = createWriter(metered.database, (statement) => statement());
  for (const { topic, partition } of batches) await writer.open({ topic, partition }, 0n);
  const writeAll = async (part: readonly Batch[]) => {
    for (const batch of part) await writer.write(batch);
  };
  const warmUp = Math.ceil(batches.length / 3);
  await writeAll(batches.slice(0, warmUp));
  const measured = batches.slice(warmUp);
  const encodedBefore = metered.encodingMicros();
  const used = meterUsage([lab.postgres.pid]);
  const micros = await cpuMicrosOf(() => writeAll(measured));
  const rows = measured.reduce((sum, batch) => sum + recordCount(batch), 0);
  const postgres = ((used().cpuMs[0] ?? 0) * 1_000) / rows;
  const encoding = metered.encodingMicros() - encodedBefore;
  return {
    encoding: encoding / rows,
    sending: (micros - encoding) / rows,
    postgres,
    batchSize: rows / measured.length,
  };
}
