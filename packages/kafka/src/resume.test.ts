import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resumeOffset } from './resume.ts';

const offset = fc.bigInt({ min: 0n, max: 1_000n });

test('reading resumes neither below the log nor above what is known to be done', () => {
  fc.assert(
    fc.property(offset, fc.option(offset, { nil: undefined }), offset, (logStart, committed, ledger) => {
      const resumed = resumeOffset({ logStart, committed, ledger });
      expect(resumed >= logStart).toBe(true);
      if (resumed > logStart) expect(resumed <= ledger && resumed <= (committed ?? -1n)).toBe(true);
    }),
  );
});

test.each([
  [
    'a group that never committed starts at the beginning',
    { logStart: 3n, committed: undefined, ledger: 90n },
    3n,
  ],
  ['a restored database is filled again', { logStart: 0n, committed: 90n, ledger: 40n }, 40n],
  ['a group that was set back replays', { logStart: 0n, committed: 10n, ledger: 90n }, 10n],
  ['what retention took is passed over', { logStart: 50n, committed: 10n, ledger: 10n }, 50n],
])('%s', (_, standing, expected) => {
  expect(resumeOffset(standing)).toBe(expected);
});
