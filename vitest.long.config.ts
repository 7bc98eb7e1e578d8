import { defineConfig } from 'vitest/config';
import { source, unit } from './vitest.shared.ts';

/** The tests of the package in whose folder vitest runs that take minutes and need no servers. */
export default defineConfig({
  ...source,
  test: {
    ...unit,
    // Nothing else runs at the same time; the default leaves a processor idle.
    maxWorkers: '100%',
    include: ['src/**/*.long.test.ts'],
    exclude: ['**/*.int.long.test.ts'],
    reporters: ['default', ['json', { outputFile: 'test-results/long.json' }]],
  },
});
