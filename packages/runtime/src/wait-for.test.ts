import { expect, test } from 'vitest';
import { UserError } from './user-error.ts';
import { type SystemErrors, waitFor } from './wait-for.ts';

const errors: SystemErrors = {
  isTransientError: (error) => error !== 'wrong password',
  describeError: String,
  toUserError: (error) => (error === 'wrong password' ? new UserError('wrong password', 'change it') : error),
};

/** Waits for an operation that fails with each of some errors, then succeeds. */
async function waitThrough(failures: readonly string[], quietMs = 0, signal?: AbortSignal) {
  const [left, lines] = [[...failures], [] as string[]];
  const attempt = async () => {
    const error = left.shift();
    if (error !== undefined) throw error;
    return 'done';
  };
  const backoff = { firstMs: 1, mostMs: 1 };
  const say = (line: string) => void lines.push(line);
  const options = { system: 'Kafka', errors, say, quietMs, backoff, ...(signal ? { signal } : {}) };
  return { result: await waitFor(attempt, options).catch((error: unknown) => error), lines };
}

test('a line is logged whenever the reason for waiting changes', async () => {
  const { result, lines } = await waitThrough(['refused', 'refused', 'no leader', 'refused']);
  expect(result).toBe('done');
  expect(lines).toEqual(['refused', 'no leader', 'refused'].map((reason) => `waiting for Kafka: ${reason}`));
});

test('nothing is logged about a wait that is shorter than the quiet time', async () => {
  expect(await waitThrough(['refused', 'no leader'], 60_000)).toEqual({ result: 'done', lines: [] });
});

test('a permanent error ends the wait as the UserError of its system', async () => {
  const { result, lines } = await waitThrough(['refused', 'wrong password', 'refused']);
  expect(result).toEqual(new UserError('wrong password', 'change it'));
  expect(lines).toEqual(['waiting for Kafka: refused']);
});

test('an abort ends the wait with the reason of the signal', async () => {
  const { result } = await waitThrough(['refused'], 0, AbortSignal.abort('stopped'));
  expect(result).toBe('stopped');
});
