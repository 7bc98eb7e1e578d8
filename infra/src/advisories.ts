import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram, exitCode, runProgram, UserError } from '@pipeline/runtime';
import { rootFolder, version } from './settings.ts';
import { type Advisory, findProblems, type Waiver } from './supply-chain/advisories.ts';

const waiversFile = 'infra/audit-waivers.json';

const program = createProgram(
  'advisories',
  'Is anything known to be wrong with what the lockfile names?',
  version,
)
  .addHelpText(
    'beforeAll',
    'Examples:\n  advisories                      exit code 3 when something is known\n',
  )
  .option('--offline-is-fine', 'exit code 0 where the registry tells no advisories')
  .action(({ offlineIsFine }: { readonly offlineIsFine?: boolean }) => {
    const advisories = askRegistry();
    if (advisories !== undefined) return judge(advisories);
    const failure = new UserError(
      'the registry tells no advisories',
      'run "npx -y pnpm@12 audit" to see why',
    );
    if (!offlineIsFine) throw failure;
    process.stderr.write(`${failure.message}: nothing was checked\n`);
  });

/** @returns undefined when the registry does not answer */
function askRegistry(): readonly Advisory[] | undefined {
  const pnpm = process.env['npm_execpath'] ?? 'pnpm';
  const { stdout } = spawnSync(pnpm, ['audit', '--json'], {
    cwd: rootFolder,
    encoding: 'utf8',
  });
  const start = stdout.indexOf('{');
  return start < 0 ? undefined : Object.values(JSON.parse(stdout.slice(start)).advisories ?? {});
}

/** @throws UserError with exit code 3 when there is something to do */
function judge(advisories: readonly Advisory[]): void {
  const waivers: readonly Waiver[] = JSON.parse(readFileSync(join(rootFolder, waiversFile), 'utf8'));
  const today = new Date().toISOString().slice(0, 10);
  const problems = findProblems(advisories, waivers, today);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  if (problems.length === 0) return void process.stderr.write('nothing is known that is not waived\n');
  throw new UserError(
    'something is known',
    `update, or waive it for a while in ${waiversFile}`,
    exitCode.checkFailed,
  );
}

await runProgram(program);
