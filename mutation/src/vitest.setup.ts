import fc from 'fast-check';

/** The same cases for all mutants, and no search for a smaller counterexample. */
fc.configureGlobal({ seed: 1, endOnFailure: true });
process.env['SEED'] ??= '1';
