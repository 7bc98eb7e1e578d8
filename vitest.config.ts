import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const conditions = { resolve: { conditions: ['source'] } };
/** Resolves workspace packages to their sources; `__vitest__` is the environment of the global setup. */
const source = { ...conditions, ssr: conditions, environments: { __vitest__: conditions } };

/** The slowest files, slowest first: started last, they would run alone at the end. */
const slow = [
  'faults',
  'stats-page',
  'redrive',
  'memory',
  'cluster',
  'kafka-faults',
  'stop',
  'kill-points',
].map((name) => `e2e/src/${name}.test.ts`);

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = slow.findIndex((file) => moduleId.endsWith(`/${file}`));
      return index === -1 ? slow.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** `unit` tests need no servers; `servers` tests share one real Kafka and one real Postgres. */
export default defineConfig({
  test: {
    sequence: { sequencer: SlowFirst },
    reporters: ['default', ['json', { outputFile: 'test-results/report.json' }]],
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts', '{infra,docs,bench}/src/**/*.test.ts'],
          exclude: ['**/*.int.test.ts', '**/node_modules/**'],
          // A property test of some thousand runs takes seconds on an overloaded machine.
          testTimeout: 60_000,
        },
      },
      {
        ...source,
        test: {
          name: 'servers',
          include: [
            '{packages,apps}/*/src/**/*.int.test.ts',
            'infra/src/**/*.int.test.ts',
            'e2e/src/**/*.test.ts',
          ],
          globalSetup: ['infra/src/testing/setup.ts'],
          pool: 'forks',
          // A compile cache shared by all programs that tests start halves their startup time.
          env: { NODE_COMPILE_CACHE: `${import.meta.dirname}/node_modules/.cache/node` },
          maxWorkers: 3,
          // Concurrent tests start their own servers or processes; more of them would only compete for CPU.
          maxConcurrency: 3,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
