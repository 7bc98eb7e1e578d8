import type { RecordBatch } from '@pipeline/kafka';
import { decodeEvent } from '@pipeline/schema';
import { triage } from 'consumer/triage';
import type { BenchServers } from './bench-servers.ts';
import { cpuMicrosOf, medianMicros, passesText } from './cpu.ts';
import { log } from './log.ts';
import type { Section } from './section.ts';
import { readTopic } from './topic.ts';
import { meterUsage } from './usage.ts';
import { measureWriting, type WritingCost } from './writing.ts';

/** Limits how many records are kept in memory. */
const SAMPLE = 150_000;

/** Measures the CPU cost of each stage separately, in this process. */
export async function measureStages(servers: BenchServers): Promise<Section> {
  const { topic, events } = await servers.filledTopic();
  log('stages');
  const fetching = await measureFetching(servers, topic, events);
  const batches = await readSample(servers, topic);
  const decoding = await measureDecoding(batches);
  const writing = await measureWriting(
    servers,
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
  /** The lower bound: text decoding and `JSON.parse` alone. */
  readonly parsing: number;
}

function toSection(fetching: FetchingCost, decoding: DecodingCost, writing: WritingCost): Section {
  const batchSize = Math.round(writing.batchSize).toLocaleString('en-US');
  return {
    title: 'Stages: µs of CPU per event',
    summary: [],
    columns: ['stage', 'ours', 'Postgres', 'Kafka'],
    rows: [
      ['fetch: response to records', fetching.ours, '-', fetching.kafka],
      ['decode and validate: `decodeEvent`, triage', decoding.whole, '-', '-'],
      ['of which bytes to text and `JSON.parse`', decoding.parsing, '-', '-'],
      ['encode: statement parameters', writing.encoding, '-', '-'],
      ['write: driver, statement', writing.sending, writing.statement, '-'],
    ],
    remarks: [
      'Each stage on its own, in one warm process. Fetch: the topic is read a second time; decode: ' +
        `${passesText}; write: batches of ${batchSize} events, one at a time. A consumer's total is ` +
        'higher: it includes startup, code that is not yet optimized, and metrics.',
    ],
  };
}

/** Reads the topic again: the first read, which filled the cache of COPY rows, warmed the code up. */
async function measureFetching(servers: BenchServers, topic: string, events: number): Promise<FetchingCost> {
  const used = meterUsage([servers.kafka.pid]);
  const micros = await cpuMicrosOf(() => readTopic(servers.kafka.address, topic, touchValues));
  return { ours: micros / events, kafka: ((used().cpuMs[0] ?? 0) * 1_000) / events };
}

/** Accesses each value, because it is sliced from the response lazily. */
function touchValues({ records }: RecordBatch): number {
  return records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
}

async function readSample(servers: BenchServers, topic: string): Promise<readonly RecordBatch[]> {
  const batches: RecordBatch[] = [];
  let size = 0;
  await readTopic(servers.kafka.address, topic, (batch) => {
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
