import { expect, test } from 'vitest';
import { limitTimeouts, TooSlowError } from './too-slow.ts';

const failed = (code: string) => Object.assign(new Error('failed'), { code });

/** The errors of attempts that fail with these SQLSTATEs. */
async function errorsOf(...codes: readonly string[]): Promise<readonly unknown[]> {
  const left = [...codes];
  const statement = limitTimeouts(() => Promise.reject(failed(left.shift() ?? '')));
  const errors: unknown[] = [];
  for (const _ of codes) errors.push(await statement().catch((error) => error));
  return errors;
}

test('the third timeout of a statement is a TooSlowError with its cause', async () => {
  const [first, second, third] = await errorsOf('57014', '57014', '57014');
  expect([first, second]).toEqual([failed('57014'), failed('57014')]);
  expect(third).toBeInstanceOf(TooSlowError);
  expect(third).toMatchObject({ name: 'TooSlowError', message: expect.stringContaining('timeout') });
  expect((third as TooSlowError).cause).toEqual(failed('57014'));
});

test('errors of other kinds are no timeouts', async () => {
  const errors = await errorsOf('40001', '57014', '40001', '57014', '40001');
  expect(errors.some((error) => error instanceof TooSlowError)).toBe(false);
});

test('the result of a statement is returned', async () => {
  expect(await limitTimeouts(async () => 7)()).toBe(7);
});
