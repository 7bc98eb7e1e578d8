import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTransientError, toUserError } from '../client/errors.ts';
import { allowSkips, findUnreadable, parseSkip } from './unreadable.ts';

const batch = { topic: 'events', partition: 1, firstOffset: '500', lastOffset: '740', reason: 'too large' };
const error = Object.assign(new Error('retries exceeded'), {
  cause: Object.assign(new Error('it decompresses to too many bytes'), { unreadable: batch }),
});

test('parseSkip returns the topic, partition and offset', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[\w.-]{1,30}$/),
      fc.nat(999_999_999),
      fc.nat(),
      (topic, partition, offset) => {
        expect(parseSkip(`${topic}:${partition}:${offset}`)).toEqual({
          topic,
          partition,
          offset: BigInt(offset),
        });
      },
    ),
  );
});

test.each(['', 'events', 'events:1', 'events:1:x', 'events:-1:5', ':1:5', 'events:1:5:6', 'a b:1:5'])(
  'parseSkip rejects %j',
  (text) => {
    expect(parseSkip(text)).toBeUndefined();
  },
);

test('only the batch that contains the given offset is skipped, and is reported', () => {
  const reported: unknown[] = [];
  for (const [skip, isNamed] of [
    ['events:1:500', true],
    ['events:1:740', true],
    ['events:1:499', false],
    ['events:1:741', false],
    ['events:2:600', false],
    ['other:1:600', false],
  ] as const) {
    const isSkipped = allowSkips([parseSkip(skip) ?? expect.unreachable()], (one) => reported.push(one));
    expect(isSkipped(batch)).toBe(isNamed);
  }
  expect(reported).toEqual([batch, batch]);
});

test('a batch is skipped if one of several skips names it', () => {
  const skips = ['events:1:600', 'events:2:600'].map((text) => parseSkip(text) ?? expect.unreachable());
  expect(allowSkips(skips, () => {})(batch)).toBe(true);
});

test('an error without an unreadable batch has none, even if it is its own cause', () => {
  const circular: { cause?: unknown } = new Error('broken');
  circular.cause = circular;
  for (const other of [undefined, new Error('broken'), circular])
    expect(findUnreadable(other)).toBeUndefined();
});

test('an unreadable batch is a permanent error that names its offsets and --skip', () => {
  expect(findUnreadable(error)).toBe(batch);
  expect(isTransientError(error)).toBe(false);
  expect(toUserError(error)).toMatchObject({
    message: expect.stringMatching(/events\/1.* 500 to 740/),
    fix: { name: 'skip-batch', batch: 'events:1:500' },
  });
});
