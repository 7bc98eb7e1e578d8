import { decodeEvent } from '@pipeline/schema';
import type { BenchServers } from './bench-servers.ts';
import { medianMicros, passesText } from './cpu.ts';
import { formatCell } from './markdown.ts';
import { say } from './say.ts';
import type { Section } from './section.ts';
import { readTopic } from './topic.ts';

/** Enough that no cache of the processor holds them all. */
const SAMPLE = 100_000;

/** `decodeEvent` alone, by type of event. */
export async function measureDecode(lab: BenchServers): Promise<Section> {
  const { topic } = await lab.filledTopic();
  say('decodeEvent');
  const sample = await readSample(lab, topic);
  const rows: (readonly [string, number, number])[] = [];
  for (const [type, values] of [...Map.groupBy(sample, typeOf), ['all, as they came', sample] as const])
    rows.push([type, meanBytes(values), await medianMicros(values.length, () => decodeAll(values))]);
  const [, bytes, micros] = rows.at(-1) ?? ['', 0, 0];
  return {
    title: '`decodeEvent`',
    summary: [['`decodeEvent`', `${formatCell(micros)} µs for ${bytes} bytes`]],
    columns: ['type', 'bytes', 'µs of CPU per event'],
    rows,
    remarks: [
      `The first ${SAMPLE.toLocaleString('en-US')} events of the topic, one after another as the consumer has them; ${passesText}.`,
    ],
  };
}

function meanBytes(values: readonly Buffer[]): number {
  return Math.round(values.reduce((sum, value) => sum + value.length, 0) / values.length);
}

function decodeAll(values: readonly Buffer[]): void {
  for (const value of values) if (!decodeEvent(value).ok) throw new Error('a good event was rejected');
}

async function readSample(lab: BenchServers, topic: string): Promise<readonly Buffer[]> {
  const sample: Buffer[] = [];
  await readTopic(lab.kafka.address, topic, ({ records }) => {
    for (const { value } of records)
      if (value !== null && sample.length < SAMPLE) sample.push(Buffer.from(value));
  });
  return sample;
}

function typeOf(value: Buffer): string {
  const result = decodeEvent(value);
  return result.ok ? result.event.event_type : result.reason;
}
