import type { Versions } from '@pipeline/testing';

/** Each version at least once, rather than every pair: the oldest of both together, the newest of both together. */
export const testedVersions: readonly Versions[] = [
  { kafka: '4.0.2', postgres: '15' },
  { kafka: '4.3.1', postgres: '16' },
  { kafka: '4.4.0', postgres: '17' },
  { kafka: '4.4.0', postgres: '18' },
];

/** The paths of each suite's test files start with one of these. */
export const suites = {
  database: ['packages/db/src/'],
  broker: ['packages/kafka/src/'],
  logins: ['kafka-security', 'kafka-oauth', 'postgres-security'].map((name) => `e2e/src/${name}.test.ts`),
  pipeline: ['happy-path', 'kill-points', 'redrive', 'transactions', 'truncation', 'views'].map(
    (name) => `e2e/src/${name}.test.ts`,
  ),
} as const satisfies Readonly<Record<string, readonly string[]>>;
