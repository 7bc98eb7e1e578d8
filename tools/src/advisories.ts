import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram, runProgram } from '@pipeline/program';
import { exitCode, UserError } from '@pipeline/runtime';
import { rootFolder } from './root-folder.ts';
import { type Advisory, findProblems, type Waiver } from './supply-chain/advisories.ts';

const waiversFile = 'tools/audit-waivers.json';

// Not audit-ci: it exits alike for an advisory and for a registry that does not respond, and it accepts
// waivers that match no advisory.
const program = createProgram(
  'advisories',
  'Checks the packages in the lockfile for known vulnerabilities; exit code 3 if any is unwaived.',
  '0.1.0',
)
  .addHelpText('beforeAll', 'Examples:\n  pnpm --filter tools advisories\n')
  .option('--offline-is-fine', 'exit code 0 if the registry returns no advisories')
  .action(({ offlineIsFine }: { readonly offlineIsFine?: boolean }) => {
    const advisories = fetchAdvisories();
    if (advisories !== undefined) return judge(advisories);
    const error = new UserError(
      'the registry returned no advisories',
      'run "npx -y pnpm@12 audit" to see why',
    );
    if (!offlineIsFine) throw error;
    process.stderr.write(`${error.message}: nothing was checked\n`);
  });

/** @returns undefined if the registry does not respond */
function fetchAdvisories(): readonly Advisory[] | undefined {
  const pnpm = process.env['npm_execpath'] ?? 'pnpm';
  const { stdout } = spawnSync(pnpm, ['audit', '--json'], {
    cwd: rootFolder,
    encoding: 'utf8',
  });
  const start = stdout.indexOf('{');
  return start < 0 ? undefined : Object.values(JSON.parse(stdout.slice(start)).advisories ?? {});
}

/** @throws UserError with exit code 3 if there are problems */
function judge(advisories: readonly Advisory[]): void {
  const waivers: readonly Waiver[] = JSON.parse(readFileSync(join(rootFolder, waiversFile), 'utf8'));
  const today = new Date().toISOString().slice(0, 10);
  const problems = findProblems(advisories, waivers, today);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  if (problems.length === 0) return void process.stderr.write('no unwaived advisories\n');
  throw new UserError(
    'unwaived advisories found',
    `update the packages, or add waivers with an end date to ${waiversFile}`,
    exitCode.checkFailed,
  );
}

await runProgram(program);
