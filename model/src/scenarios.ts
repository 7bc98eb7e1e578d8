import { createProgram, numberBetween, runProgram } from '@pipeline/program';
import { exitCode } from '@pipeline/runtime';
import { copyTemplate, createTemplate, startPrivatePostgres } from '@pipeline/testing';
import manifest from '../package.json' with { type: 'json' };
import { runScenarios } from './scenarios/run.ts';
import type { ScenarioReport } from './scenarios/scenario.ts';

const MAX_SEED = 2 ** 31 - 1;

const program = createProgram(
  'scenarios',
  'Executes random scenarios of the model on a private Postgres, and compares the tables after each step.',
  manifest.version,
)
  .option('--seed <n>', 'seed of the first scenario; the others follow', numberBetween(0, MAX_SEED), 1)
  .option('--count <n>', 'number of scenarios', numberBetween(1, 1_000_000), 500)
  .action(async ({ seed, count }: { readonly seed: number; readonly count: number }) => {
    await using postgres = await startPrivatePostgres(['fsync=off']);
    const template = await createTemplate(postgres.address);
    const started = performance.now();
    const reports = await runScenarios(() => copyTemplate(postgres.address, template), seed, count);
    print(reports, (performance.now() - started) / 1_000);
    if (reports.some(({ difference }) => difference !== undefined)) process.exitCode = exitCode.checkFailed;
  });

await runProgram(program);

function print(reports: readonly ScenarioReport[], seconds: number): void {
  for (const { seed, difference } of reports)
    if (difference !== undefined)
      console.log(`seed ${seed}: ${difference.what}\n  ${difference.trace.join('\n  ')}`);
  const kinds = new Map<string, number>();
  for (const kind of reports.flatMap((report) => report.kinds)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  for (const [kind, count] of [...kinds].sort()) console.log(`${kind}: ${count}`);
  const sum = (of: (report: ScenarioReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const differing = sum(({ difference }) => (difference === undefined ? 0 : 1));
  console.log(
    `${reports.length} scenarios, ${sum(({ steps }) => steps)} steps, ${sum(({ executed }) => executed)} executed, ` +
      `${differing} differing, ${seconds.toFixed(1)} s`,
  );
}
