import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';
import { DeadlineError, withDeadline } from './deadline.ts';
import { retryForever } from './retry.ts';

const quick = { backoff: { firstMs: 1, mostMs: 2 } };

test('an operation is retried while its errors are transient', async () => {
  let tries = 0;
  const operation = async () => {
    tries++;
    if (tries < 5) throw new Error('transient');
    return tries;
  };
  expect(await retryForever(operation, { ...quick, isTransient: () => true })).toBe(5);
});

test('a permanent error is thrown at once', async () => {
  let tries = 0;
  const operation = async () => {
    tries++;
    throw new Error('permanent');
  };
  await expect(retryForever(operation, { ...quick, isTransient: () => false })).rejects.toThrow('permanent');
  expect(tries).toBe(1);
});

test('an abort cuts the pause short', async () => {
  const controller = new AbortController();
  const never = {
    backoff: { firstMs: 1e9, mostMs: 1e9 },
    isTransient: () => true,
    signal: controller.signal,
  };
  const retrying = retryForever(() => Promise.reject(new Error('transient')), never);
  setTimeout(() => controller.abort(new Error('stop')), 5);
  await expect(retrying).rejects.toThrow('stop');
});

test('after an abort an operation is attempted once', async () => {
  let tries = 0;
  const operation = async () => {
    tries++;
    if (tries > 1) return 'done';
    throw new Error('transient');
  };
  const stopped = { ...quick, isTransient: () => true, signal: AbortSignal.abort(new Error('stop')) };
  await expect(retryForever(operation, stopped)).rejects.toThrow('stop');
  expect(tries).toBe(1);
  expect(await retryForever(operation, stopped)).toBe('done');
});

test('pauses grow, within their bounds and with jitter', () => {
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), random, (failures, chance) => {
      const pause = backoffMs({ firstMs: 100, mostMs: 5_000 }, failures, chance);
      const step = Math.min(5_000, 100 * 2 ** Math.min(failures - 1, 30));
      expect(pause).toBeGreaterThanOrEqual(step / 2);
      expect(pause).toBeLessThanOrEqual(step);
    }),
  );
});

test('a deadline ends the wait for an operation that never settles', async () => {
  const never = new Promise<void>(() => {});
  await expect(withDeadline(never, 5, 'it')).rejects.toBeInstanceOf(DeadlineError);
});

test('an operation that settles in time keeps its outcome', async () => {
  expect(await withDeadline(Promise.resolve(7), 1_000, 'it')).toBe(7);
  await expect(withDeadline(Promise.reject(new Error('its own')), 1_000, 'it')).rejects.toThrow('its own');
});

test('a failure after the deadline is not an unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const { promise, reject } = Promise.withResolvers<never>();
  await expect(withDeadline(promise, 5, 'it')).rejects.toThrow('it took longer than 5 ms');
  reject(new Error('late'));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
