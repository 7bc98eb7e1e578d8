import { createProgram, invalidArgument, numberBetween, runProgram } from '@pipeline/program';
import manifest from '../package.json' with { type: 'json' };
import { type BenchOptions, measurements, runBench } from './run.ts';

const names = [...measurements.keys()];

const program = createProgram(
  'bench',
  'Benchmarks the pipeline on a private Kafka and Postgres, and prints a Markdown report.',
  manifest.version,
)
  .addHelpText(
    'beforeAll',
    `Examples:
  pnpm --filter bench start                              all measurements, about 20 minutes
  pnpm --filter bench start --only throughput --rounds 5
  pnpm --filter bench start --events 50000 --rounds 1 --seconds 5     a quick estimate
`,
  )
  .option('--events <n>', 'number of events in the topic', integerBetween(1_000, 100_000_000), 600_000)
  .option(
    '--rounds <n>',
    'rounds of the measurements of throughput, burdens, indexes, roll-ups and proofs',
    integerBetween(1, 100),
    3,
  )
  .option(
    '--seconds <n>',
    'seconds of measurement at each rate of the latency measurement',
    integerBetween(1, 3_600),
    20,
  )
  .option('--only <names>', `comma-separated subset of ${names.join(',')} (default: all)`, parseNames)
  .option('--json', 'print JSON instead of Markdown')
  .action((options: Omit<BenchOptions, 'only' | 'json'> & Partial<BenchOptions>) =>
    runBench({ only: names, json: false, ...options }),
  );

await runProgram(program);

function integerBetween(min: number, max: number): (text: string) => number {
  const parse = numberBetween(min, max);
  return (text) => {
    const number = parse(text);
    if (Number.isInteger(number)) return number;
    throw invalidArgument('Expected an integer.');
  };
}

function parseNames(text: string): readonly string[] {
  const chosen = text.split(',');
  if (chosen.every((name) => measurements.has(name))) return chosen;
  throw invalidArgument(`Expected a comma-separated subset of ${names.join(',')}.`);
}
