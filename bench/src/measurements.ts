import type { BenchServers } from './bench-servers.ts';
import { measureDecode } from './decode.ts';
import { measureGrowth } from './growth.ts';
import { measureIdling } from './idling.ts';
import { measureLatency } from './latency.ts';
import { measureProducing } from './producing.ts';
import { measureReplay } from './replay.ts';
import type { Section } from './section.ts';
import { measureStages } from './stages.ts';
import { measureStarting } from './starting.ts';
import { measureThroughput } from './throughput.ts';

export type Measure = (servers: BenchServers) => Promise<Section>;

/** All measurements, in the order of the report. */
export const measurements: ReadonlyMap<string, Measure> = new Map([
  ['throughput', measureThroughput],
  ['latency', measureLatency],
  ['stages', measureStages],
  ['decode', measureDecode],
  ['producer', measureProducing],
  ['replay', measureReplay],
  ['start', measureStarting],
  ['idle', measureIdling],
  ['growth', measureGrowth],
]);
