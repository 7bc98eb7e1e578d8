import { toPrintable } from '@pipeline/program';
import { exitCode, UserError } from '@pipeline/runtime';
import { openStatsContext } from '../collect/stats-context.ts';
import { checks, type Finding, findProblems } from '../doctor/find-problems.ts';
import { type DoctorSettings, readSetup } from '../doctor/read-setup.ts';
import { printJson } from '../terminal/json.ts';

/**
 * Checks the set-up and prints one line per finding.
 * @throws UserError with exit code 3 if there is a finding
 */
export async function examine(
  settings: DoctorSettings,
  { json }: { readonly json?: boolean },
): Promise<void> {
  await using context = openStatsContext(settings);
  const findings = findProblems(await readSetup(settings, context));
  if (json) printJson({ schemaVersion: 1, findings: findings.map(toJson) });
  else if (findings.length > 0) process.stdout.write(findings.map(toLine).join(''));
  else process.stdout.write(`nothing found by ${Object.keys(checks).length} checks\n`);
  if (findings.length === 0) return;
  throw new UserError(
    `findings: ${findings.length}`,
    'each line has its remedy; docs/runbooks.md explains them by name',
    exitCode.checkFailed,
  );
}

function toLine({ name, problem, remedy, command }: Finding): string {
  const hint = command === undefined ? '' : ` (run "${command}")`;
  return `${name}: ${toPrintable(`${problem}; ${remedy}${hint}`)}\n`;
}

const toJson = ({ command, ...finding }: Finding) => ({ ...finding, command: command ?? null });
