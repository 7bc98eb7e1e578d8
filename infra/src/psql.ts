import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { databaseSettings } from '@pipeline/db';
import {
  createProgram,
  exitCode,
  resolveCliPath,
  runProgram,
  settingsOf,
  UserError,
  withSettings,
} from '@pipeline/runtime';
import { runShell } from './psql/shell.ts';
import { version } from './settings.ts';

const examples = `Examples:
  pnpm --filter infra psql
  echo 'select count(*) from raw_events;' | pnpm --filter infra psql
`;

const program = withSettings(
  createProgram('psql', "A Postgres shell on the pipeline's database.", version),
  databaseSettings,
)
  .addHelpText('beforeAll', examples)
  .argument('[words...]', 'arguments for psql, if it is installed')
  .allowUnknownOption()
  .action(async (words: readonly string[]) => {
    const settings = settingsOf(program, databaseSettings);
    const code = await runPsql(settings.DATABASE_URL, words);
    if (code === undefined && words.length > 0) throw noPsql;
    process.exitCode = code ?? (await runShell(settings));
  });

const noPsql = new UserError(
  'psql is not installed, and the built-in shell takes no arguments',
  'install psql, or pipe the statement to stdin',
  exitCode.usage,
);

/** Runs psql, with the password in its environment, not its arguments; undefined if it is not installed. */
async function runPsql(
  { text, password }: { readonly text: string; readonly password: string },
  words: readonly string[],
): Promise<number | undefined> {
  const url = new URL(text);
  url.password = '';
  const environment = { ...process.env, PGPASSWORD: password };
  const psql = spawn('psql', [url.href, ...words], {
    stdio: 'inherit',
    env: environment,
    cwd: resolveCliPath('.'),
  });
  // Ctrl-C cancels the running statement, not this program.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  try {
    const [code] = await once(psql, 'exit');
    return Number(code ?? 1);
  } catch {
    process.off('SIGINT', ignore);
    return undefined;
  }
}

await runProgram(program);
