import { setTimeout as sleep } from 'node:timers/promises';
import { readNewestProof } from '@pipeline/db/prove';
import { readOverview } from '@pipeline/db/read';
import { createProgram, runProgram } from '@pipeline/program';
import { exitCode, UserError } from '@pipeline/runtime';
import manifest from '../package.json' with { type: 'json' };
import { faultNames, faultsByName } from './faults/all.ts';
import { chooseSeed, createRandom, inRandomRounds } from './support/data/random.ts';
import { setup as bundleApps } from './support/programs/setup.ts';
import { type Fault, NoEffect, settle, warmUp } from './support/system/fault.ts';
import { findStall } from './support/system/recovery.ts';
import { type KafkaSystem, startKafkaSystem } from './support/system/system.ts';

/** Command-line flags. */
interface SoakOptions {
  readonly minutes: string;
  readonly seed: string;
  readonly faults: string;
  readonly rate: string;
  readonly consumers: string;
  readonly pipelines: string;
}

type Faults = ReadonlyMap<string, Fault<KafkaSystem>>;
/**
 * Names and faults in random order. All pipelines draw from one sequence, so that no kind is rarer than
 * another by more than 1. The first pipeline that ends closes it, and the others end too.
 */
type Rounds = Generator<readonly [string, Fault<KafkaSystem>]>;

const PROGRESS_MS = 10_000;

const program = createProgram(
  'soak',
  'Injects random faults into a pipeline under load, and proves that nothing is lost or duplicated.',
  manifest.version,
)
  .option('--minutes <n>', 'duration', '10')
  .option('--seed <n>', 'seed of the load and of the sequence of faults', String(chooseSeed()))
  .option('--faults <names>', `comma-separated subset of ${faultNames.join(', ')}`, faultNames.join(','))
  .option('--rate <n>', 'records per second and pipeline', '5000')
  .option('--consumers <n>', 'number of consumers per pipeline', '2')
  .option('--pipelines <n>', 'number of pipelines, each with servers and faults of its own', '1')
  .action(soak);

async function soak(options: SoakOptions): Promise<void> {
  const faults = onlyAvailable(faultsByName(options.faults.split(',')));
  const seed = Number(options.seed);
  log(`seed ${seed}`);
  await bundleApps();
  const seeds = Array.from({ length: Number(options.pipelines) }, (_, index) => seed + index);
  const rounds = inRandomRounds([...faults], createRandom(seed));
  const results = await Promise.all(seeds.map((own) => soakPipeline(options, faults, rounds, own)));
  const differences = results.flatMap((result) => result.differences);
  for (const difference of differences) log(difference);
  process.stdout.write(`${summarize(results)}\n`);
  if (differences.length > 0)
    throw new UserError('differences found', `reproduce them with --seed ${seed}`, exitCode.checkFailed);
}

interface Result {
  readonly injected: ReadonlyMap<string, number>;
  readonly records: number;
  readonly samples: number;
  readonly peakBytes: number;
  readonly replays: number;
  /** Number of records that the final proof has compared with the tables. */
  readonly proven: bigint;
  readonly differences: readonly string[];
}

async function soakPipeline(
  { rate, consumers, minutes }: SoakOptions,
  faults: Faults,
  rounds: Rounds,
  seed: number,
): Promise<Result> {
  await using system = await startKafkaSystem({
    seed,
    rate: Number(rate),
    size: Number(consumers),
    environment: Object.assign({}, ...[...faults.values()].map(({ environment }) => environment)),
  });
  const injected = new Map<string, number>();
  const progress = setInterval(() => void logProgress(system, injected), PROGRESS_MS);
  await warmUp(system);
  const stalls = await injectFaults(system, rounds, Date.now() + 60_000 * Number(minutes), injected);
  const settled = stalls.length > 0 ? stalls : await settle(system);
  const proof = await readNewestProof(system.operator).catch(() => null);
  const isUnproven = settled.length === 0 && proof === null;
  const differences = isUnproven ? ['nothing was proven'] : settled;
  clearInterval(progress);
  const { load, fleet, watch } = system;
  const { snapshots: samples, peakBytes } = watch;
  return {
    injected,
    records: load.sent.acknowledged,
    samples,
    peakBytes,
    replays: fleet.replays,
    proven: proof?.records ?? 0n,
    differences,
  };
}

/** Removes faults that this machine does not support, and logs the reason. */
function onlyAvailable(faults: Faults): Faults {
  return new Map(
    [...faults].filter(([name, { unavailable }]) => {
      const reason = unavailable?.();
      if (reason !== undefined) log(`skipping ${name}: ${reason}`);
      return reason === undefined;
    }),
  );
}

/**
 * Injects the next fault of the rounds, again and again until a deadline. Returns the problem if the system
 * does not recover from one.
 */
async function injectFaults(
  system: KafkaSystem,
  rounds: Rounds,
  deadline: number,
  injected: Map<string, number>,
): Promise<readonly string[]> {
  for (const [name, fault] of rounds) {
    if (Date.now() >= deadline) break;
    log(name);
    if (await takesEffect(fault.inject(system))) injected.set(name, (injected.get(name) ?? 0) + 1);
    if (fault.isBrief) continue;
    const stall = await findStall(system);
    if (stall.length > 0) return stall.map((one) => `after ${name}: ${one}`);
    await sleep(3_000 * system.random());
  }
  return [];
}

/** Whether a fault counts. */
async function takesEffect(injection: Promise<void>): Promise<boolean> {
  try {
    await injection;
    return true;
  } catch (error) {
    if (!(error instanceof NoEffect)) throw error;
    log(`not counted: ${error.message}`);
    return false;
  }
}

async function logProgress(
  { load, operator, pipeline }: KafkaSystem,
  injected: ReadonlyMap<string, number>,
): Promise<void> {
  const faults = [...injected.values()].reduce((sum, times) => sum + times, 0);
  const stored = await readOverview(operator, { topics: [pipeline.topic], minutes: 1 }).then(
    ({ totals }) => `${totals.stored} events stored`,
    () => 'Postgres is not available',
  );
  log(`${faults} faults, ${load.sent.acknowledged} records sent, ${stored}`);
}

function summarize(results: readonly Result[]): string {
  const sum = (count: (result: Result) => number) => results.reduce((total, one) => total + count(one), 0);
  const names = new Set(results.flatMap(({ injected }) => [...injected.keys()]));
  const kinds = [...names].map((name) => `${name} ${sum(({ injected }) => injected.get(name) ?? 0)}`);
  const peak = Math.max(...results.map(({ peakBytes }) => peakBytes));
  return (
    `faults: ${kinds.join(', ') || 'none'}; records: ${sum(({ records }) => records)}; ` +
    `samples: ${sum(({ samples }) => samples)}; peak memory: ${Math.round(peak / 2 ** 20)} MB; ` +
    `replays: ${sum(({ replays }) => replays)}; proven: ${sum(({ proven }) => Number(proven))}; ` +
    `differences: ${sum(({ differences }) => differences.length)}`
  );
}

function log(line: string): void {
  process.stderr.write(`soak: ${line}\n`);
}

await runProgram(program);

// Node may spin forever while it closes the rest of thousands of connections.
process.exit();
