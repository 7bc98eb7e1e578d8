import type { RecordBatch } from '@pipeline/kafka';
import { decodeEvent } from '@pipeline/schema';
import { triage } from 'consumer/triage';
import type { BenchServers } from './bench-servers.ts';
import { cpuMicrosOf, medianMicros, passesText } from './cpu.ts';
import { say } from './say.ts';
import type { Section } from './section.ts';
import { readTopic } from './topic.ts';
import { meterUsage } from './usage.ts';
import { measureWriting, type WritingCost } from './writing.ts';

/** More than that need not be kept to know what one costs. */
const SAMPLE = 150_000;

/** What each step of the path costs, one after the other in this process. */
export async function measureStages(lab: BenchServers): Promise<Section> {
  const { topic, events } = await lab.filledTopic();
  say('stages');
  const fetching = await measureFetching(lab, topic, events);
  const batches = await readSample(lab, topic);
  const decoding = await measureDecoding(batches);
  const writing = await measureWriting(
    lab,
    batches.map((batch) => triage(batch, decodeEvent)),
  );
  return toSection(fetching, decoding, writing);
}

interface FetchingCost {
  readonly ours: number;
  readonly kafka: number;
}

interface DecodingCost {
  readonly whole: number;
  /** What nobody can do without. */
  readonly parsing: number;
}

function toSection(fetching: FetchingCost, decoding: DecodingCost, writing: WritingCost): Section {
  const batchSize = Math.round(writing.batchSize).toLocaleString('en-US');
  return {
    title: 'Stages: µs of CPU per event',
    summary: [],
    columns: ['stage', 'ours', 'Postgres', 'Kafka'],
    rows: [
      ['fetch: from a response to records', fetching.ours, '-', fetching.kafka],
      ['decode and validate: `decodeEvent`, parting good from bad', decoding.whole, '-', '-'],
      ['of that, bytes to text and `JSON.parse`', decoding.parsing, '-', '-'],
      ['encode: the parameters of the statement', writing.encoding, '-', '-'],
      ['write: the driver, the statement', writing.sending, writing.statement, '-'],
    ],
    remarks: [
      `Each stage by itself, in one warm process: of fetching, the topic read a second time; of decoding, ` +
        `${passesText}; of writing, batches of ${batchSize} events one at a time. A consumer adds what these leave ` +
        'out: its start, code that is still cold, metrics.',
    ],
  };
}

/** The topic was read before, so that the code is compiled. */
async function measureFetching(lab: BenchServers, topic: string, events: number): Promise<FetchingCost> {
  const used = meterUsage([lab.kafka.pid]);
  const micros = await cpuMicrosOf(() => readTopic(lab.kafka.address, topic, touchValues));
  return { ours: micros / events, kafka: ((used().cpuMs[0] ?? 0) * 1_000) / events };
}

/** A record's value is cut out of the response when it is asked for. */
function touchValues({ records }: RecordBatch): number {
  return records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
}

async function readSample(lab: BenchServers, topic: string): Promise<readonly RecordBatch[]> {
  const batches: RecordBatch[] = [];
  let size = 0;
  await readTopic(lab.kafka.address, topic, (batch) => {
    if (size < SAMPLE) batches.push(batch);
    size += batch.records.length;
  });
  return batches;
}

async function measureDecoding(batches: readonly RecordBatch[]): Promise<DecodingCost> {
  const records = batches.flatMap((batch) => batch.records);
  const parsing = await medianMicros(records.length, () => {
    for (const { value } of records) JSON.parse(String(value));
  });
  const whole = await medianMicros(records.length, () => {
    for (const batch of batches) triage(batch, decodeEvent);
  });
  return { whole, parsing };
}
