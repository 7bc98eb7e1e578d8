import { createProgram, numberBetween, runProgram, settingsOf, withSettings } from '@pipeline/runtime';
import manifest from '../package.json' with { type: 'json' };
import { type RunOptions, runProducer } from './run.ts';
import { producerSettings } from './settings.ts';

const examples = `Examples:
  producer                                        a gentle stream, until Ctrl-C
  producer --rate 0 --count 100000                as fast as it can
  producer --invalid-ratio 0.01 --duplicate-ratio 0.01 --seed 7
  producer --from events.ndjson                   recorded events, byte for byte
  cat events.ndjson | producer --from -
`;

const program = createProgram(
  'producer',
  'Publishes events: a simulated shop, or recorded ones.',
  manifest.version,
)
  .addHelpText('beforeAll', examples)
  .option(
    '--rate <n>',
    'records a second, 0 for as fast as it can (default: 50, and 0 for a file)',
    numberBetween(0, 10_000_000),
  )
  .option(
    '--count <n>',
    'records in all (default: until stopped, or to the end of the file)',
    numberBetween(0, Number.MAX_SAFE_INTEGER),
  )
  .option('--invalid-ratio <r>', 'share of records that are bad, of every kind', numberBetween(0, 1), 0)
  .option('--duplicate-ratio <r>', 'share of records that repeat an earlier one', numberBetween(0, 1), 0)
  .option(
    '--seed <n>',
    'the same seed makes the same visitors (default: by chance)',
    numberBetween(0, Number.MAX_SAFE_INTEGER),
  )
  .option('--json', 'print what was published as JSON on stdout')
  .action(async (options: Omit<RunOptions, 'count'> & Partial<RunOptions>, command) => {
    await runProducer(settingsOf(command, producerSettings), { count: Number.POSITIVE_INFINITY, ...options });
  });

/** What would shape a simulation says nothing about a file. */
program.addOption(
  program
    .createOption('--from <file>', 'publish the lines of an NDJSON file instead; - is stdin')
    .conflicts(['invalidRatio', 'duplicateRatio', 'seed']),
);

await runProgram(withSettings(program, producerSettings));
