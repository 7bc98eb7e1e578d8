import { decodeEvent } from '@pipeline/schema';
import type { Lab } from './lab.ts';
import { say } from './say.ts';
import type { Section } from './section.ts';
import { median } from './statistics.ts';
import { readTopic } from './topic.ts';

/** Of each type; enough that no cache of the processor holds them all. */
const SAMPLE = 20_000;
const PASSES = 15;
const WARM_UP = 5;

/** `decodeEvent` alone, by type of event. */
export async function measureDecode(lab: Lab): Promise<Section> {
  const { topic } = await lab.filledTopic();
  say('decodeEvent');
  const samples = await sampleByType(lab, topic);
  const all = [...samples.values()].flat();
  return {
    title: '`decodeEvent`, one core',
    columns: ['type', 'bytes', 'µs/event'],
    rows: [...samples, ['all, mixed', shuffle(all)] as const].map(([type, values]) => [
      type,
      Math.round(values.reduce((sum, value) => sum + value.length, 0) / values.length),
      timeDecoding(values),
    ]),
    remarks: [
      `Wall time, the median of ${PASSES} passes over up to ${SAMPLE} events of a type after ${WARM_UP} to warm up.`,
    ],
  };
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

function timeDecoding(values: readonly Buffer[]): number {
  const passes = Array.from({ length: WARM_UP + PASSES }, () => {
    const startedAt = performance.now();
    for (const value of values) if (!decodeEvent(value).ok) throw new Error('a good event was rejected');
    return ((performance.now() - startedAt) * 1_000) / values.length;
  });
  return median(passes.slice(WARM_UP));
}
