import { createProgram, numberBetween, runProgram } from '@pipeline/program';
import { exitCode } from '@pipeline/runtime';
import { copyTemplate, createTemplate, startPrivatePostgres } from '@pipeline/testing';
import manifest from '../package.json' with { type: 'json' };
import type { Comparison } from './comparison/compare.ts';
import { compareSeeds } from './comparison/run.ts';

const MAX_SEED = 2 ** 31 - 1;

const program = createProgram(
  'compare',
  'Repeats what simulated seeds do with the database on a private Postgres, and compares results and tables.',
  manifest.version,
)
  .option('--seed <n>', 'the first seed; the others follow', numberBetween(0, MAX_SEED), 1)
  .option('--seeds <n>', 'number of seeds', numberBetween(1, 1_000_000), 50)
  .action(async ({ seed, seeds }: { readonly seed: number; readonly seeds: number }) => {
    await using postgres = await startPrivatePostgres(['fsync=off']);
    const template = await createTemplate(postgres.address);
    const started = performance.now();
    const comparisons = await compareSeeds(() => copyTemplate(postgres.address, template), seed, seeds);
    print(comparisons, (performance.now() - started) / 1_000);
    if (comparisons.some(({ difference }) => difference !== undefined))
      process.exitCode = exitCode.checkFailed;
  });

await runProgram(program);

function print(comparisons: readonly Comparison[], seconds: number): void {
  for (const { seed, difference } of comparisons)
    if (difference !== undefined) console.log(`seed ${seed}: ${difference}`);
  const kinds = new Map<string, number>();
  for (const kind of comparisons.flatMap((one) => [...one.kinds]))
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  for (const [kind, seeds] of [...kinds].sort()) console.log(`${kind}: in ${seeds} seeds`);
  const calls = comparisons.reduce((total, one) => total + one.calls, 0);
  const differing = comparisons.filter(({ difference }) => difference !== undefined).length;
  console.log(`${comparisons.length} seeds, ${calls} calls, ${differing} differing, ${seconds.toFixed(1)} s`);
}
