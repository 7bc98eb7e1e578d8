const conditions = { resolve: { conditions: ['source'] } };

/** Resolves workspace packages to their sources; `__vitest__` is the environment of the global setup. */
export const source = { ...conditions, ssr: conditions, environments: { __vitest__: conditions } };

/** A property test of some thousand runs takes seconds on an overloaded machine. */
export const UNIT_TIMEOUT_MS = 60_000;
