import { isTopicName } from '@pipeline/kafka';
import {
  createProgram,
  invalidArgument,
  numberBetween,
  runProgram,
  settingsOf,
  withSettings,
} from '@pipeline/program';
import manifest from '../package.json' with { type: 'json' };
import { checkFile } from './check-file.ts';
import { printExamples } from './example/print-examples.ts';
import { type RunOptions, runProducer } from './run.ts';
import { producerSettings } from './settings.ts';

interface Options extends Omit<RunOptions, 'count' | 'version'> {
  readonly count?: number;
  readonly check?: string;
  readonly example?: boolean;
  readonly type?: string;
}

const examples = `Examples:
  producer                                        50 events per second, until Ctrl-C
  producer --rate 0 --count 100000                as fast as possible
  producer --invalid-ratio 0.01 --duplicate-ratio 0.01 --seed 7
  producer --from events.ndjson                   recorded events, byte for byte
  cat events.ndjson | producer --from -
  producer --check events.ndjson                  what the consumer would make of them; sends nothing
  producer --type purchase --example              a valid record; sends nothing
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
  .option('--topic <name>', 'topic to publish to (default: the first of KAFKA_TOPIC)', parseTopic)
  .option('--json', 'print a summary as JSON on stdout')
  .action(async (options: Options, command) => {
    const settings = settingsOf(command, producerSettings);
    if (options.check !== undefined) await checkFile(settings, options.check, options);
    else if (options.example) await printExamples(settings, options.type);
    else
      await runProducer(settings, {
        version: manifest.version,
        count: Number.POSITIVE_INFINITY,
        ...options,
      });
  });

// The options of the simulation do not apply to a file.
program.addOption(
  program
    .createOption('--from <file>', 'publish the lines of an NDJSON file instead; - for stdin')
    .conflicts(['invalidRatio', 'duplicateRatio', 'seed']),
);

program
  .addOption(
    program
      .createOption('--check <file>', 'print what would become of the lines of an NDJSON file; - for stdin')
      .conflicts(['from', 'example']),
  )
  .addOption(
    program
      .createOption('--example', 'print a valid record of each type, made from its schema')
      .conflicts('from'),
  )
  .addOption(program.createOption('--type <name>', 'only of this type').implies({ example: true }));

await runProgram(program);

function parseTopic(text: string): string {
  if (isTopicName(text)) return text;
  throw invalidArgument('Expected the name of a topic, such as events.');
}
