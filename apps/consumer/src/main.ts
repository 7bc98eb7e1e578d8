import { databaseSettings } from '@pipeline/db';
import { parseSkip, type Skip } from '@pipeline/kafka';
import {
  addHealthCommand,
  createProgram,
  invalidArgument,
  runProgram,
  settingsOf,
  withSettings,
} from '@pipeline/runtime';
import manifest from '../package.json' with { type: 'json' };
import { migrateTables } from './migrate.ts';
import { runConsumer } from './run.ts';
import { consumerSettings, probeAddress, probeSettings } from './settings.ts';

const program = createProgram(
  'consumer',
  'Stores the events of a Kafka topic in Postgres, each exactly once.',
  manifest.version,
)
  .option('--once', 'drain to the offsets where the partitions end now, then exit', false)
  .option(
    '--skip <topic:partition:offset>',
    'pass over the batch that holds this offset, if it cannot be read; may be repeated',
    addSkip,
    [],
  )
  .addHelpText(
    'beforeAll',
    'Examples:\n  consumer                 run until Ctrl-C\n  consumer --once          drain the topic and exit\n  consumer migrate         bring the tables up to date\n',
  )
  .action(async (options: { readonly once: boolean; readonly skip: readonly Skip[] }, command) => {
    await runConsumer(settingsOf(command, consumerSettings), {
      version: manifest.version,
      once: options.once,
      skips: options.skip,
    });
  });

program
  .command('migrate')
  .description('bring the tables up to date')
  .action(async (_options, command) => migrateTables(settingsOf(command, databaseSettings)));

addHealthCommand(program, (command) => probeAddress(settingsOf(command, probeSettings)));

await runProgram(withSettings(program, consumerSettings));

function addSkip(text: string, skips: readonly Skip[]): readonly Skip[] {
  const skip = parseSkip(text);
  if (skip === undefined) throw invalidArgument('Expected TOPIC:PARTITION:OFFSET, such as events:0:4711.');
  return [...skips, skip];
}
