import { databaseSettings } from '@pipeline/db';
import { parseSkip, type Skip } from '@pipeline/kafka';
import {
  addHealthCommand,
  createProgram,
  invalidArgument,
  loggerSettings,
  runProgram,
  settingsOf,
  withSettings,
} from '@pipeline/program';
import manifest from '../package.json' with { type: 'json' };
import { migrateTables } from './migrate.ts';
import { runConsumer } from './run.ts';
import { consumerSettings, probeAddress, probeSettings } from './settings.ts';

const examples = `Examples:
  consumer                          run until Ctrl-C
  consumer --once                   drain the topic and exit
  consumer --skip events:0:4711     skip one unreadable batch
  consumer migrate                  create or migrate the tables
`;

const program = withSettings(
  createProgram(
    'consumer',
    'Stores the events of a Kafka topic in Postgres, each exactly once.',
    manifest.version,
  ),
  consumerSettings,
)
  .addHelpText('before', examples)
  .option('--once', 'drain to the current end offsets, then exit')
  .option(
    '--skip <topic:partition:offset>',
    'skip the batch that contains this offset if it is unreadable; repeatable',
    addSkip,
  )
  .action(async (options: { readonly once?: boolean; readonly skip?: readonly Skip[] }, command) => {
    await runConsumer(settingsOf(command, consumerSettings), {
      version: manifest.version,
      once: options.once ?? false,
      skips: options.skip ?? [],
    });
  });

const migrateSettings = { ...databaseSettings, ...loggerSettings };

withSettings(program.command('migrate'), migrateSettings)
  .description('create or migrate the tables; waits for Postgres, safe to repeat')
  .option('--finish', 'also apply changes that consumers of the previous version cannot work with')
  .action(async ({ finish = false }: { readonly finish?: boolean }, command) =>
    migrateTables(settingsOf(command, migrateSettings), finish),
  );

withSettings(
  addHealthCommand(program, (command) => probeAddress(settingsOf(command, probeSettings))),
  { ...probeSettings, ...loggerSettings },
);

await runProgram(program);

function addSkip(text: string, skips: readonly Skip[] = []): readonly Skip[] {
  const skip = parseSkip(text);
  if (skip === undefined) throw invalidArgument('Expected TOPIC:PARTITION:OFFSET, such as events:0:4711.');
  return [...skips, skip];
}
