import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { databaseSettings } from '@pipeline/db';
import { createProgram, runProgram, settingsOf, withSettings } from '@pipeline/program';
import { exitCode, resolveCliPath, type Settings, UserError } from '@pipeline/runtime';
import { findComposeContainer } from '@pipeline/servers';
import { version } from './settings.ts';

const examples = `Examples:
  pnpm --filter infra psql
  pnpm --filter infra psql -c 'select count(*) from raw_events'
`;

const program = withSettings(
  createProgram('psql', "A Postgres shell on the pipeline's database.", version),
  databaseSettings,
)
  .addHelpText('beforeAll', examples)
  .argument('[words...]', 'arguments for psql')
  .allowUnknownOption()
  .action(async (words: readonly string[]) => {
    const settings = settingsOf(program, databaseSettings);
    const command = ['psql', urlFor(settings), ...words];
    const { password } = settings.DATABASE_URL;
    process.exitCode =
      (await run(command, password)) ?? (await run(await inContainer(command), password)) ?? exitCode.failed;
  });

/** The URL without the password; unqualified names are those of the schema. */
function urlFor({ DATABASE_URL, DATABASE_SCHEMA: schema }: Settings<typeof databaseSettings>): string {
  const url = new URL(DATABASE_URL.text);
  url.password = '';
  if (schema === 'public') return url.href;
  const options = [DATABASE_URL.options, `-csearch_path=${schema}`].filter(Boolean).join(' ');
  // Of two options, libpq takes the latter.
  return `${url.href}${url.search ? '&' : '?'}options=${encodeURIComponent(options)}`;
}

/** Runs a command with the password in its environment; returns undefined if it is not installed. */
async function run([file = '', ...words]: readonly string[], password: string): Promise<number | undefined> {
  const env = { ...process.env, PGPASSWORD: password };
  const child = spawn(file, words, { stdio: 'inherit', env, cwd: resolveCliPath('.') });
  // Ctrl-C cancels the running statement, not this program.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  try {
    const [code] = await once(child, 'exit');
    return Number(code ?? 1);
  } catch {
    process.off('SIGINT', ignore);
    return undefined;
  }
}

/** The same command in the Postgres container of compose.yaml. @throws UserError if it is not running */
async function inContainer(command: readonly string[]): Promise<readonly string[]> {
  const container = await findComposeContainer('postgres');
  if (container === '') throw new UserError('psql is not installed', remedy, exitCode.usage);
  const terminal = process.stdin.isTTY ? ['--tty'] : [];
  return ['docker', 'exec', '--interactive', ...terminal, '--env', 'PGPASSWORD', container, ...command];
}

const remedy =
  process.platform === 'darwin'
    ? 'run "brew install libpq" and add its bin folder to PATH, or use "pnpm --filter infra docker:up"'
    : 'run "apt-get install postgresql-client", or use "pnpm --filter infra docker:up"';

await runProgram(program);
