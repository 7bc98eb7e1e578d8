import { basename } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { env, source, unit } from './vitest.shared.ts';

/** The slowest files, slowest first: started last, they would run alone at the end. */
const slow = [
  'faults.long',
  'bombs.long',
  'pipelines.long',
  'truncation.long',
  'static-membership.long',
  'memory.long',
  'cluster.long',
  'permutations.int.long',
  'kafka-oauth.long',
  'kafka-faults.long',
  'stats-page',
  'stop',
  'kafka-security',
  'kill-points',
  'binaries',
  'packages',
  'conflicting-events',
  'documented-commands',
  'binaries.long',
  'rollups.long',
  'first-contact',
  'kafka-oauth',
  'truncation',
  'redrive',
  'doctor',
  'pause',
  'replay',
  'schemas',
  'restore',
  'postgres-security',
  'start.int',
  'stats-prove',
  'topics',
  'platforms',
  'own-topics-formats',
  'scenarios.int',
  'comparison.int',
  'batch-source.int',
];

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = slow.indexOf(basename(moduleId, '.test.ts'));
      return index === -1 ? slow.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Tests that share one real Kafka and one real Postgres. */
const withServers: TestProjectInlineConfiguration = {
  ...source,
  test: {
    name: 'servers',
    include: [
      '{packages,apps}/*/src/**/*.int.test.ts',
      '{infra,model}/src/**/*.int.test.ts',
      'e2e/src/**/*.test.ts',
      '**/*.int.long.test.ts',
    ],
    exclude: ['**/node_modules/**'],
    // `turbo run test` skips tests with this tag, and `turbo run test:long` runs no others.
    tags: [
      { name: 'long', description: 'Takes minutes, or proves for further cases what another test proves.' },
    ],
    globalSetup: ['packages/testing/src/setup.ts', 'e2e/src/support/programs/setup.ts'],
    pool: 'forks',
    // A worker that is used again has started, and has imported what most files need.
    isolate: false,
    // Brokers of single tests live too briefly to repay their optimizing compiler.
    env: { ...env, JDK_JAVA_OPTIONS: '-XX:TieredStopAtLevel=1' },
    maxWorkers: 3,
    // Concurrent tests start their own servers or processes; more of them would only compete for CPU.
    maxConcurrency: 3,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
};

/** `unit` tests need no servers, `servers` tests do. */
export default defineConfig({
  test: {
    sequence: { sequencer: SlowFirst },
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results/report.json' },
    projects: [
      {
        ...source,
        test: {
          ...unit,
          name: 'unit',
          include: [
            '{packages,apps}/*/src/**/*.test.ts',
            '{infra,tools,docs,bench,model,mutation}/src/**/*.test.ts',
          ],
          exclude: ['**/*.{int,long}.test.ts', '**/node_modules/**'],
        },
      },
      withServers,
    ],
  },
});
