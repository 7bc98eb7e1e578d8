import { createProgram, invalidArgument, numberBetween, runProgram } from '@pipeline/runtime';
import manifest from '../package.json' with { type: 'json' };
import { measurements } from './measurements.ts';
import { type BenchOptions, runBench } from './run.ts';

const names = [...measurements.keys()];

const program = createProgram(
  'bench',
  'Measures the pipeline on a Kafka and a Postgres of its own, and prints Markdown.',
  manifest.version,
)
  .addHelpText(
    'beforeAll',
    'Examples:\n  bench                                              everything, in about a quarter of an hour\n  bench --only throughput --rounds 5\n  bench --events 50000 --rounds 1 --seconds 5        a rough idea\n',
  )
  .option('--events <n>', 'events of the filled topic', integerBetween(1_000, 100_000_000), 600_000)
  .option('--rounds <n>', 'rounds of throughput and replay', integerBetween(1, 100), 3)
  .option('--seconds <n>', 'how long each rate is kept up for latency', integerBetween(1, 3_600), 20)
  .option('--only <names>', `some of ${names.join(',')} (default: all)`, parseNames)
  .option('--json', 'print JSON instead', false)
  .action((options: Omit<BenchOptions, 'only'> & Partial<BenchOptions>) =>
    runBench({ only: names, ...options }),
  );

await runProgram(program);

function integerBetween(least: number, most: number): (text: string) => number {
  const parse = numberBetween(least, most);
  return (text) => {
    const number = parse(text);
    if (Number.isInteger(number)) return number;
    throw invalidArgument('Expected a whole number.');
  };
}

function parseNames(text: string): readonly string[] {
  const chosen = text.split(',');
  if (chosen.every((name) => measurements.has(name))) return chosen;
  throw invalidArgument(`Expected some of ${names.join(',')}.`);
}
