import { expect, test } from 'vitest';
import { withTimeoutFallback } from './with-timeout-fallback.ts';

test('a prompt response is returned, and each call sends a request', async () => {
  let asked = 0;
  const ask = withTimeoutFallback(async () => ++asked, 60_000, 'Kafka');
  expect([await ask(), await ask()]).toEqual([1, 2]);
});

test('a slow request delays no caller, and its late response goes to the next call', async () => {
  const answer = Promise.withResolvers<string>();
  let asked = 0;
  const ask = withTimeoutFallback(
    () => {
      asked++;
      return answer.promise;
    },
    1,
    'Kafka',
  );
  await expect(ask()).rejects.toThrow('Kafka has not responded yet');
  const next = ask();
  answer.resolve('late');
  expect([await next, asked]).toEqual(['late', 1]);
});

test('while a request is pending, calls fail with the last error', async () => {
  const answers = [Promise.reject(new Error('refused')), new Promise<never>(() => {})];
  const ask = withTimeoutFallback(() => answers.shift() ?? Promise.resolve(), 1, 'Kafka');
  await expect(ask()).rejects.toThrow('refused');
  await expect(ask()).rejects.toThrow('refused');
});
