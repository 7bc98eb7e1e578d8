import { createProgram, numberBetween, runProgram, settingsOf, withSettings } from '@pipeline/program';
import manifest from '../package.json' with { type: 'json' };
import { type RunOptions, runProducer } from './run.ts';
import { producerSettings } from './settings.ts';

const examples = `Examples:
  producer                                        50 events per second, until Ctrl-C
  producer --rate 0 --count 100000                as fast as possible
  producer --invalid-ratio 0.01 --duplicate-ratio 0.01 --seed 7
  producer --from events.ndjson                   recorded events, byte for byte
  cat events.ndjson | producer --from -
`;

const program = withSettings(
  createProgram('producer', 'Publishes events: a simulated shop, or recorded ones.', manifest.version),
  producerSettings,
)
  .addHelpText('before', examples)
  .option(
    '--rate <n>',
    'records per second, 0 for as fast as possible (default: 50, or 0 for a file)',
    numberBetween(0, 10_000_000),
  )
  .option(
    '--count <n>',
    'number of records (default: unlimited, or the whole file)',
    numberBetween(0, Number.MAX_SAFE_INTEGER),
  )
  .option('--invalid-ratio <r>', 'share of invalid records of all kinds, from 0 to 1', numberBetween(0, 1), 0)
  .option(
    '--duplicate-ratio <r>',
    'share of duplicates of earlier records, from 0 to 1',
    numberBetween(0, 1),
    0,
  )
  .option('--seed <n>', 'seed of the simulation (default: random)', numberBetween(0, Number.MAX_SAFE_INTEGER))
  .option('--json', 'print a summary as JSON on stdout')
  .action(async (options: Omit<RunOptions, 'count'> & Partial<RunOptions>, command) => {
    await runProducer(settingsOf(command, producerSettings), { count: Number.POSITIVE_INFINITY, ...options });
  });

// The options of the simulation do not apply to a file.
program.addOption(
  program
    .createOption('--from <file>', 'publish the lines of an NDJSON file instead; - for stdin')
    .conflicts(['invalidRatio', 'duplicateRatio', 'seed']),
);

await runProgram(program);
