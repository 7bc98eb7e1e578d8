const conditions = { resolve: { conditions: ['source'] } };

/** Resolves workspace packages to their sources; `__vitest__` is the environment of the global setup. */
export const source = { ...conditions, ssr: conditions, environments: { __vitest__: conditions } };

/** A compile cache shared by all programs that tests start halves their startup time. */
export const env = { NODE_COMPILE_CACHE: `${import.meta.dirname}/node_modules/.cache/node` };

/** Options of all unit tests. */
export const unit = {
  env,
  // Files share a worker's modules: to import them again for each file took most of the time.
  isolate: false,
  // A property test of some thousand runs takes seconds on an overloaded machine.
  testTimeout: 120_000,
};
