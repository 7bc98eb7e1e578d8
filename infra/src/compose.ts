import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { databaseSettings } from '@pipeline/db';
import { createProgram, runProgram, stopSignal } from '@pipeline/program';
import { readSettings, UserError } from '@pipeline/runtime';
import {
  acceptsQueries,
  composeCommand,
  composeProject,
  dockerAnswers,
  parseEndpoint,
  printLine,
  speaksKafka,
  until,
} from '@pipeline/servers';
import { readCommit } from 'tools/commit';
import { version } from './settings.ts';

const file = join(import.meta.dirname, '../compose.yaml');
const everyProfile = ['ui', 'app'];
/** The addresses in compose.yaml, which are the defaults of the settings. */
const kafka = '127.0.0.1:9092';
const postgres = readSettings(databaseSettings, {});

const program = createProgram('compose', 'Kafka and Postgres in containers', version).addHelpText(
  'beforeAll',
  'Examples:\n  pnpm --filter infra docker:up --profile ui    with Kafka UI on port 8080\n  pnpm --filter infra docker:up --profile app   with the three apps, after building their images\n  pnpm --filter infra docker:down --volumes     stop and delete the data\n',
);

program
  .command('up')
  .description('start Kafka and Postgres in containers, and wait until they respond')
  .option('--profile <name...>', `additional services: ${everyProfile.join(', ')}`)
  .action(async ({ profile = [] }: { readonly profile?: readonly string[] }) => {
    const signal = stopSignal();
    await compose(profile, ['up', '--detach'], signal);
    await until(() => speaksKafka(parseEndpoint(kafka)), signal);
    await until(() => acceptsQueries(postgres.DATABASE_URL), signal);
    printLine(`✔ Kafka ${kafka} · Postgres postgres://app@127.0.0.1:5432/app`);
  });

program
  .command('down')
  .description('stop and remove the containers; the data is kept')
  .option('--volumes', 'also delete the data')
  .action(async ({ volumes }: { readonly volumes?: boolean }) => {
    await compose(everyProfile, ['down', ...(volumes ? ['--volumes'] : [])], stopSignal());
  });

/** @throws UserError without Docker or if Compose fails */
async function compose(
  profiles: readonly string[],
  words: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const [command, ...before] = await requireCompose();
  const flags = [
    '--project-name',
    composeProject,
    '--file',
    file,
    ...profiles.flatMap((name) => ['--profile', name]),
  ];
  const env = { ...process.env, PIPELINE_COMMIT: readCommit(import.meta.dirname) };
  const child = spawn(command, [...before, ...flags, ...words], { stdio: 'inherit', env });
  const [code] = await once(child, 'exit');
  signal.throwIfAborted();
  if (code !== 0) throw new UserError(`Compose ended with code ${code}`, 'see its output above');
}

async function requireCompose(): Promise<readonly [string, ...string[]]> {
  const [command, ...words] = (await composeCommand()) ?? [];
  if (command !== undefined && (await dockerAnswers())) return [command, ...words];
  throw new UserError(
    command === undefined ? 'Docker Compose is not installed' : 'no Docker engine is running',
    'install or start it, or run "pnpm --filter infra start", which works without Docker',
  );
}

await runProgram(program);
