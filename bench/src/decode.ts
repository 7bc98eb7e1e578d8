import { createAccept, createDecoder, decodeEvent, shopEvents } from '@pipeline/schema';
import byFields from './fields-definition.ts';
import { formatCell, logProgress, type Section } from './report.ts';
import type { BenchServers } from './servers.ts';
import { median } from './statistics.ts';

const decodeFields = createDecoder(byFields);
const accept = createAccept(shopEvents);

/** Measures `decodeEvent` alone, by event type, a definition by `fields`, and accepting events without parsing. */
export async function measureDecode(servers: BenchServers): Promise<Section> {
  const { sample } = await servers.filledTopic();
  logProgress('decodeEvent');
  const groups = [...Map.groupBy(sample, typeOf), ['all types, in topic order', sample] as const];
  const rows = groups.map(
    ([type, values]) =>
      [type, meanBytes(values), microsOf(values, (value) => decodeEvent(value).ok)] as const,
  );
  const [, bytes, micros] = rows.at(-1) ?? ['', 0, 0];
  const mapped = microsOf(sample, (value) => decodeFields({ value }).ok);
  const accepted = microsOf(sample, (value) => accept(value) !== undefined);
  return {
    title: '`decodeEvent`',
    summary: [['`decodeEvent`', `${formatCell(micros)} µs for ${bytes} bytes`]],
    columns: ['type', 'bytes', 'µs of CPU per event'],
    rows: [
      ...rows,
      ['all types, found by `fields`', bytes, mapped],
      ['all types, accepted without parsing', bytes, accepted],
    ],
    remarks: [
      `The first ${sample.length.toLocaleString('en-US')} events of the topic in sequence; the median of ` +
        `${PASSES} passes, after ${WARM_UP} warm-up passes.`,
    ],
  };
}

function typeOf(value: Buffer): string {
  const result = decodeEvent(value);
  return result.ok ? result.event.event_type : result.reason;
}

function meanBytes(values: readonly Buffer[]): number {
  return Math.round(values.reduce((sum, value) => sum + value.length, 0) / values.length);
}

const WARM_UP = 5;
const PASSES = 15;

/** CPU time per value in this process, all threads included, in microseconds. */
function microsOf(values: readonly Buffer[], isEvent: (value: Buffer) => boolean): number {
  const passes = Array.from({ length: WARM_UP + PASSES }, () => {
    const before = process.cpuUsage();
    for (const value of values) if (!isEvent(value)) throw new Error('a valid event was rejected');
    const { user, system } = process.cpuUsage(before);
    return (user + system) / values.length;
  });
  return median(passes.slice(WARM_UP));
}
