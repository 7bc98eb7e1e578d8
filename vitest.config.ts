import { defineConfig } from 'vitest/config';

const conditions = { resolve: { conditions: ['source'] } };
/** Workspace packages are read as they are written; `__vitest__` is where a global set-up runs. */
const source = { ...conditions, ssr: conditions, environments: { __vitest__: conditions } };

/** `unit` tests need no server; `servers` tests share one real Kafka and one real Postgres. */
export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: 'test-results/report.json' }]],
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts', '{infra,docs,bench}/src/**/*.test.ts'],
          exclude: ['**/*.int.test.ts', '**/node_modules/**'],
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
          // Programs that tests start share what others have compiled: half of the time that they take to begin.
          env: { NODE_COMPILE_CACHE: `${import.meta.dirname}/node_modules/.cache/node` },
          maxWorkers: 2,
          // Each has its own servers or processes: more at once would only wait for each other.
          maxConcurrency: 3,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
