import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stopSignal } from '@pipeline/program';
import { UserError } from '@pipeline/runtime';
import { measureBurdens } from './costs/burdens.ts';
import { measureIndexes } from './costs/indexes.ts';
import { measureRollups } from './costs/rollups.ts';
import { measureDecode } from './decode.ts';
import { measureEnvelope } from './envelope.ts';
import { measureGrowth } from './growth.ts';
import { measureIdling } from './idling.ts';
import { measureLatency } from './latency.ts';
import { measureProof } from './prove/measure-proof.ts';
import { type Report, reportToJson, reportToMarkdown, type Section } from './report.ts';
import { type BenchServers, type Size, startBenchServers } from './servers.ts';
import { measureStarting } from './starting.ts';
import { measureThroughput } from './throughput.ts';
import { meterUsage } from './usage.ts';

/** All measurements by name, in the order of the report. */
export const measurements: ReadonlyMap<string, (servers: BenchServers) => Promise<Section>> = new Map([
  ['throughput', measureThroughput],
  ['latency', measureLatency],
  ['start', measureStarting],
  ['idle', measureIdling],
  ['decode', measureDecode],
  ['envelope', measureEnvelope],
  ['growth', measureGrowth],
  ['burdens', measureBurdens],
  ['indexes', measureIndexes],
  ['rollups', measureRollups],
  ['prove', measureProof],
]);

export interface BenchOptions extends Size {
  /** Names of the measurements to run. */
  readonly only: readonly string[];
  readonly json: boolean;
}

const results = join(import.meta.dirname, '../results');

/**
 * Runs the measurements, prints the report and saves it in the folder `results`. A signal stops the run and
 * all processes it started.
 * @throws UserError on platforms other than Linux
 */
export async function runBench(options: BenchOptions): Promise<void> {
  if (process.platform !== 'linux') throw new UserError('the benchmark needs /proc', 'run it on Linux');
  const signal = stopSignal();
  const stopped = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => stopped.reject(signal.reason), { once: true });
  await using servers = await startBenchServers(options);
  const report = await Promise.race([measure(servers, options.only), stopped.promise]);
  await mkdir(results, { recursive: true });
  await writeFile(join(results, 'latest.json'), reportToJson(report));
  await writeFile(join(results, 'latest.md'), reportToMarkdown(report));
  process.stdout.write(options.json ? reportToJson(report) : reportToMarkdown(report));
}

async function measure(servers: BenchServers, only: readonly string[]): Promise<Report> {
  const used = meterUsage([]);
  const sections: Section[] = [];
  for (const [name, measureOne] of measurements)
    if (only.includes(name)) sections.push(await measureOne(servers));
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: servers.machine,
    command: ['pnpm --filter bench start', ...process.argv.slice(2)].join(' '),
    othersShare: used().othersShare,
    sections,
  };
}
