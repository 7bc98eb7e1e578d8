import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stopSignal, UserError } from '@pipeline/runtime';
import { type Size, startBenchServers } from './bench-servers.ts';
import { describeMachine } from './machine.ts';
import { measurements } from './measurements.ts';
import { type Report, reportToJson, reportToMarkdown } from './report.ts';
import type { Section } from './section.ts';
import { meterUsage } from './usage.ts';

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
  const measuring = measure();
  const report = await Promise.race([measuring, stopped.promise]);
  await writeReport(report);
  process.stdout.write(options.json ? reportToJson(report) : reportToMarkdown(report));

  async function measure(): Promise<Report> {
    const machine = await describeMachine(servers);
    const used = meterUsage([]);
    const sections: Section[] = [];
    for (const [name, measureOne] of measurements) {
      if (options.only.includes(name)) sections.push(await measureOne(servers));
    }
    return {
      date: new Date().toISOString().slice(0, 10),
      machine,
      command: commandLine(),
      othersShare: used().othersShare,
      sections,
    };
  }
}

function commandLine(): string {
  return ['pnpm --filter bench start', ...process.argv.slice(2)].join(' ');
}

async function writeReport(report: Report): Promise<void> {
  await mkdir(results, { recursive: true });
  await writeFile(join(results, 'latest.json'), reportToJson(report));
  await writeFile(join(results, 'latest.md'), reportToMarkdown(report));
}
