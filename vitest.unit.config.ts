import { defineConfig } from 'vitest/config';
import { source, unit } from './vitest.shared.ts';

/**
 * The unit tests of the package in whose folder vitest runs; they need no servers, and turbo caches their
 * result.
 */
export default defineConfig({
  ...source,
  test: {
    ...unit,
    include: ['src/**/*.test.ts'],
    exclude: ['src/**/*.{int,long}.test.ts'],
    reporters: ['default', ['json', { outputFile: 'test-results/unit.json' }]],
  },
});
