import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resumeOffset } from './resume.ts';

const offset = fc.bigInt({ min: 0n, max: 1_000n });
const log = fc.tuple(offset, offset).map(([a, b]) => (a < b ? ([a, b] as const) : ([b, a] as const)));

test('reading resumes within the log, and never beyond an offset that is accounted for', () => {
  fc.assert(
    fc.property(
      log,
      fc.option(offset, { nil: undefined }),
      offset,
      ([logStart, logEnd], committed, ledger) => {
        const resumed = resumeOffset({ logStart, logEnd, committed, ledger });
        expect(logStart <= resumed && resumed <= logEnd).toBe(true);
        if (resumed > logStart) expect(resumed <= ledger && resumed <= (committed ?? -1n)).toBe(true);
      },
    ),
  );
});

test.each([
  [
    'a group that never committed starts at the beginning',
    { logStart: 3n, logEnd: 99n, committed: undefined, ledger: 90n },
    3n,
  ],
  ['a restored database is filled again', { logStart: 0n, logEnd: 99n, committed: 90n, ledger: 40n }, 40n],
  ['a group that was set back replays', { logStart: 0n, logEnd: 99n, committed: 10n, ledger: 90n }, 10n],
  ['what retention took is passed over', { logStart: 50n, logEnd: 99n, committed: 10n, ledger: 10n }, 50n],
  [
    'without a backlog reading goes on at the end',
    { logStart: 0n, logEnd: 9n, committed: 9n, ledger: 9n },
    9n,
  ],
  ['a recreated log is read from its start', { logStart: 0n, logEnd: 9n, committed: 50n, ledger: 50n }, 0n],
])('%s', (_, standing, expected) => {
  expect(resumeOffset(standing)).toBe(expected);
});
