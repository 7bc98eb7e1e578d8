import { createProgram, runProgram } from '@pipeline/program';
import { exitCode } from '@pipeline/runtime';
import { copyTemplate, createTemplate, startPrivatePostgres } from '@pipeline/testing';
import manifest from '../package.json' with { type: 'json' };
import type { PairReport } from './permutations/explore-pair.ts';
import { allPairs, runPermutations } from './permutations/run.ts';

const program = createProgram(
  'permutations',
  'Runs every interleaving of every two operations on a private Postgres, and checks the tables after each commit.',
  manifest.version,
)
  .option('--only <name>', 'only pairs with this operation, such as write, purge or redrive')
  .action(async ({ only }: { readonly only?: string }) => {
    const pairs = allPairs.filter((pair) => only === undefined || pair.some(({ name }) => name === only));
    await using postgres = await startPrivatePostgres(['fsync=off']);
    const template = await createTemplate(postgres.address);
    const started = performance.now();
    const reports = await runPermutations(() => copyTemplate(postgres.address, template), pairs, print);
    printTotal(reports, (performance.now() - started) / 1_000);
    if (reports.some(({ problems }) => problems.length > 0)) process.exitCode = exitCode.checkFailed;
  });

await runProgram(program);

function print({ name, interleavings, steps, blocked, problems }: PairReport): void {
  console.log(`${name}: ${interleavings} interleavings, ${steps} steps, ${blocked} blocked`);
  for (const { what, trace } of problems) console.log(`  ${what}\n    ${trace.join('\n    ')}`);
}

function printTotal(reports: readonly PairReport[], seconds: number): void {
  const sum = (of: (report: PairReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const interleavings = sum((report) => report.interleavings);
  const [steps, blocked] = [sum((report) => report.steps), sum((report) => report.blocked)];
  const problems = sum((report) => report.problems.length);
  console.log(
    `${reports.length} pairs, ${interleavings} interleavings, ${steps} steps, ${blocked} blocked, ` +
      `${problems} problems, ${seconds.toFixed(1)} s`,
  );
}
