import { decodeEvent } from '@pipeline/schema';
import type { BenchServers } from './bench-servers.ts';
import { medianMicros, passesText } from './cpu.ts';
import { log } from './log.ts';
import { formatCell } from './markdown.ts';
import type { Section } from './section.ts';
import { readTopic } from './topic.ts';

/** More than fits in the CPU caches. */
const SAMPLE = 100_000;

/** Measures `decodeEvent` alone, by event type. */
export async function measureDecode(servers: BenchServers): Promise<Section> {
  const { topic } = await servers.filledTopic();
  log('decodeEvent');
  const sample = await readSample(servers, topic);
  const rows: (readonly [string, number, number])[] = [];
  for (const [type, values] of [
    ...Map.groupBy(sample, typeOf),
    ['all types, in topic order', sample] as const,
  ])
    rows.push([type, meanBytes(values), await medianMicros(values.length, () => decodeAll(values))]);
  const [, bytes, micros] = rows.at(-1) ?? ['', 0, 0];
  return {
    title: '`decodeEvent`',
    summary: [['`decodeEvent`', `${formatCell(micros)} µs for ${bytes} bytes`]],
    columns: ['type', 'bytes', 'µs of CPU per event'],
    rows,
    remarks: [`The first ${SAMPLE.toLocaleString('en-US')} events of the topic in sequence; ${passesText}.`],
  };
}

function meanBytes(values: readonly Buffer[]): number {
  return Math.round(values.reduce((sum, value) => sum + value.length, 0) / values.length);
}

function decodeAll(values: readonly Buffer[]): void {
  for (const value of values) if (!decodeEvent(value).ok) throw new Error('a valid event was rejected');
}

async function readSample(servers: BenchServers, topic: string): Promise<readonly Buffer[]> {
  const sample: Buffer[] = [];
  await readTopic(servers.kafka.address, topic, ({ records }) => {
    for (const { value } of records)
      if (value !== null && sample.length < SAMPLE) sample.push(Buffer.from(value));
  });
  return sample;
}

function typeOf(value: Buffer): string {
  const result = decodeEvent(value);
  return result.ok ? result.event.event_type : result.reason;
}
