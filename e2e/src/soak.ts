import { setTimeout as sleep } from 'node:timers/promises';
import { readOverview } from '@pipeline/db';
import { createProgram, exitCode, runProgram, UserError } from '@pipeline/runtime';
import manifest from '../package.json' with { type: 'json' };
import { faultNames, faultsByName } from './faults/all.ts';
import { type Fault, settle } from './support/fault.ts';
import { chooseSeed, pick } from './support/random.ts';
import { findStall } from './support/recovery.ts';
import { type KafkaSystem, startKafkaSystem } from './support/system.ts';

/** What a soak is told by its flags. */
interface SoakOptions {
  readonly minutes: string;
  readonly seed: string;
  readonly faults: string;
  readonly rate: string;
  readonly consumers: string;
}

const PROGRESS_MS = 10_000;

const program = createProgram(
  'soak',
  'Breaks a pipeline under load in random ways, and looks whether anything is lost or doubled.',
  manifest.version,
)
  .option('--minutes <n>', 'how long', '10')
  .option('--seed <n>', 'decides the load and the order of the faults', String(chooseSeed()))
  .option('--faults <names>', `some of ${faultNames.join(', ')}`, faultNames.join(','))
  .option('--rate <n>', 'records a second', '5000')
  .option('--consumers <n>', 'members of the group', '2')
  .action(soak);

async function soak(options: SoakOptions): Promise<void> {
  const faults = onlyAvailable(faultsByName(options.faults.split(',')));
  const seed = Number(options.seed);
  say(`seed ${seed}`);
  await using system = await startKafkaSystem({
    seed,
    rate: Number(options.rate),
    size: Number(options.consumers),
    environment: Object.assign({}, ...[...faults.values()].map(({ environment }) => environment)),
  });
  const fired = new Map<string, number>();
  const progress = setInterval(() => void sayProgress(system, fired), PROGRESS_MS);
  const stalls = await breakAtRandom(system, faults, Date.now() + 60_000 * Number(options.minutes), fired);
  const differences = [...stalls, ...(stalls.length > 0 ? [] : await settle(system))];
  clearInterval(progress);
  for (const difference of differences) say(difference);
  process.stdout.write(`${summarize(system, fired, differences.length)}\n`);
  if (differences.length > 0)
    throw new UserError('something differs', `run it again with --seed ${seed}`, exitCode.checkFailed);
}

/** Without those that this machine cannot have, and says why. */
function onlyAvailable(
  faults: ReadonlyMap<string, Fault<KafkaSystem>>,
): ReadonlyMap<string, Fault<KafkaSystem>> {
  return new Map(
    [...faults].filter(([name, { unavailable }]) => {
      const reason = unavailable?.();
      if (reason !== undefined) say(`without ${name}: ${reason}`);
      return reason === undefined;
    }),
  );
}

/** Lets one fault follow the other until the time is over. Returns what did not go on by itself afterwards. */
async function breakAtRandom(
  system: KafkaSystem,
  faults: ReadonlyMap<string, Fault<KafkaSystem>>,
  until: number,
  fired: Map<string, number>,
): Promise<readonly string[]> {
  while (Date.now() < until) {
    const name = pick([...faults.keys()], system.random);
    const fault = faults.get(name);
    say(name);
    await fault?.inject(system);
    fired.set(name, (fired.get(name) ?? 0) + 1);
    if (fault?.isBrief) continue;
    const stall = await findStall(system);
    if (stall.length > 0) return stall.map((one) => `after ${name}: ${one}`);
    await sleep(3_000 * system.random());
  }
  return [];
}

async function sayProgress(
  { load, operator, pipeline }: KafkaSystem,
  fired: ReadonlyMap<string, number>,
): Promise<void> {
  const faults = [...fired.values()].reduce((sum, times) => sum + times, 0);
  const stored = await readOverview(operator, { topic: pipeline.topic, minutes: 1 }).then(
    ({ totals }) => `${totals.stored} events stored`,
    () => 'no answer',
  );
  say(`${faults} faults, ${load.sent.acknowledged} records sent, ${stored}`);
}

function summarize(
  { load, fleet, watch }: KafkaSystem,
  fired: ReadonlyMap<string, number>,
  differences: number,
) {
  const kinds = [...fired].map(([name, times]) => `${name} ${times}`).join(', ');
  return (
    `faults: ${kinds || 'none'}; records: ${load.sent.acknowledged}; samples: ${watch.snapshots}; ` +
    `peak memory: ${Math.round(watch.peakBytes / 2 ** 20)} MB; replays: ${fleet.replays}; differences: ${differences}`
  );
}

function say(line: string): void {
  process.stderr.write(`soak: ${line}\n`);
}

await runProgram(program);
