import { parseArgs } from 'node:util';
import { describeFigures, simulateSeeds } from './seeds.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    failures: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
  },
});
const figures = await simulateSeeds(Number(values.seed), Number(values.seeds), {
  maxFailures: Number(values.failures),
  trace: values.trace ? (line) => console.log(line) : undefined,
});
console.log(describeFigures(figures));
process.exit(figures.failures.length === 0 ? 0 : 1);
