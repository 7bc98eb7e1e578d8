import { migrate } from '@pipeline/db';
import { createProgram, runProgram, settingsOf, withSettings } from '@pipeline/runtime';
import manifest from '../package.json' with { type: 'json' };
import { runConsumer } from './run.ts';
import { consumerSettings } from './settings.ts';

const program = createProgram(
  'consumer',
  'Stores the events of a Kafka topic in Postgres, each exactly once.',
  manifest.version,
)
  .option('--once', 'drain to the offsets where the partitions end now, then exit', false)
  .addHelpText(
    'beforeAll',
    'Examples:\n  consumer                 run until Ctrl-C\n  consumer --once          drain the topic and exit\n  consumer migrate         bring the tables up to date\n',
  )
  .action(async (options: { readonly once: boolean }, command) => {
    await runConsumer(settingsOf(command, consumerSettings), {
      version: manifest.version,
      once: options.once,
    });
  });

program
  .command('migrate')
  .description('bring the tables up to date')
  .action(async (_options, command) => {
    const applied = await migrate(settingsOf(command, consumerSettings));
    process.stderr.write(
      applied.length === 0 ? 'tables are up to date\n' : `applied ${applied.join(', ')}\n`,
    );
  });

await runProgram(withSettings(program, consumerSettings));
