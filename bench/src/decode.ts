import { decodeEvent } from '@pipeline/schema';
import { medianMicros, passesText } from './cpu.ts';
import type { Lab } from './lab.ts';
import { formatCell } from './markdown.ts';
import { say } from './say.ts';
import type { Section } from './section.ts';
import { readTopic } from './topic.ts';

/** Of each type; enough that no cache of the processor holds them all. */
const SAMPLE = 20_000;

/** `decodeEvent` alone, by type of event. */
export async function measureDecode(lab: Lab): Promise<Section> {
  const { topic } = await lab.filledTopic();
  say('decodeEvent');
  const samples = await sampleByType(lab, topic);
  const mixed = shuffle([...samples.values()].flat());
  const rows: (readonly [string, number, number])[] = [];
  for (const [type, values] of [...samples, ['all, mixed', mixed] as const])
    rows.push([type, meanBytes(values), await medianMicros(values.length, () => decodeAll(values))]);
  const [, bytes, micros] = rows.at(-1) ?? ['', 0, 0];
  return {
    title: '`decodeEvent`',
    summary: [['`decodeEvent`', `${formatCell(micros)} µs for ${bytes} bytes`]],
    columns: ['type', 'bytes', 'µs of CPU per event'],
    rows,
    remarks: [`Up to ${SAMPLE.toLocaleString('en-US')} events of each type; ${passesText}.`],
  };
}

function meanBytes(values: readonly Buffer[]): number {
  return Math.round(values.reduce((sum, value) => sum + value.length, 0) / values.length);
}

function decodeAll(values: readonly Buffer[]): void {
  for (const value of values) if (!decodeEvent(value).ok) throw new Error('a good event was rejected');
}

async function sampleByType(lab: Lab, topic: string): Promise<ReadonlyMap<string, readonly Buffer[]>> {
  const samples = new Map<string, Buffer[]>();
  await readTopic(lab.kafka.address, topic, ({ records }) => {
    for (const { value } of records) {
      const result = decodeEvent(value);
      if (!result.ok || value === null) continue;
      const sample = samples.get(result.event.event_type) ?? [];
      samples.set(result.event.event_type, sample);
      if (sample.length < SAMPLE) sample.push(Buffer.from(value));
    }
  });
  return samples;
}

/** Deals the values out like cards, so that types follow each other. */
function shuffle(values: readonly Buffer[]): readonly Buffer[] {
  const step = 7_919;
  return Array.from(values, (_, index) => values[(index * step) % values.length] ?? Buffer.alloc(0));
}
