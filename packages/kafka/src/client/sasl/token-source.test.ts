import { silentLogger } from '@pipeline/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RenewedToken } from './token-source.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Tokens `token-1`, `token-2` … of 100 s each; fails while `isDown`. */
function createIssuer(lifetimeMs = 100_000) {
  const issuer = { isDown: false, requests: 0, warnings: [] as unknown[] };
  const request = async () => {
    issuer.requests++;
    if (issuer.isDown) throw new Error('the issuer is down');
    return { value: `token-${issuer.requests}`, lifetimeMs };
  };
  const logger = { ...silentLogger, warn: (...words: unknown[]) => void issuer.warnings.push(words) };
  return { issuer, tokens: new RenewedToken(request, 'a remedy', logger) };
}

test('a token is used for 80 % of its lifetime, and then renewed', async () => {
  const { tokens } = createIssuer();
  expect(await tokens.current()).toBe('token-1');
  vi.advanceTimersByTime(79_000);
  expect(await tokens.current()).toBe('token-1');
  vi.advanceTimersByTime(1_000);
  expect(await tokens.current()).toBe('token-2');
});

test('concurrent logins share one request', async () => {
  const { tokens, issuer } = createIssuer();
  const values = await Promise.all([tokens.current(), tokens.current(), tokens.current()]);
  expect(new Set(values)).toEqual(new Set(['token-1']));
  expect(issuer.requests).toBe(1);
});

test('a token that cannot be renewed is used until it expires, with a warning', async () => {
  const { tokens, issuer } = createIssuer();
  await tokens.current();
  issuer.isDown = true;
  vi.advanceTimersByTime(99_000);
  expect(await tokens.current()).toBe('token-1');
  expect(issuer.warnings).toEqual([
    [{ error: 'the issuer is down' }, 'the token cannot be renewed, and is used until it expires'],
  ]);
  vi.advanceTimersByTime(1_000);
  await expect(tokens.current()).rejects.toThrow('the issuer is down');
  issuer.isDown = false;
  expect(await tokens.current()).toBe('token-4');
});

test('a token of unknown lifetime is used for one login', async () => {
  const { tokens } = createIssuer(0);
  expect(await tokens.current()).toBe('token-1');
  expect(await tokens.current()).toBe('token-2');
});

test('a rejected token is not used again; one that was used before may be replaced', async () => {
  const { tokens } = createIssuer();
  await tokens.current();
  expect(tokens.forget('token-1')).toBe(false);
  expect(await tokens.current()).toBe('token-2');
  expect(await tokens.current()).toBe('token-2');
  expect(tokens.forget('token-2')).toBe(true);
  expect(await tokens.current()).toBe('token-3');
});

test('a token that two logins use may be replaced after each is rejected', async () => {
  const { tokens } = createIssuer();
  await tokens.current();
  await Promise.all([tokens.current(), tokens.current()]);
  expect([tokens.forget('token-1'), tokens.forget('token-1')]).toEqual([true, true]);
});

test('a rejection of an earlier token keeps the current one', async () => {
  const { tokens } = createIssuer();
  await tokens.current();
  vi.advanceTimersByTime(81_000);
  await tokens.current();
  expect(tokens.forget('token-1')).toBe(true);
  expect(await tokens.current()).toBe('token-2');
});

test('a token that is rejected during its renewal is not used again', async () => {
  const { tokens, issuer } = createIssuer();
  await tokens.current();
  vi.advanceTimersByTime(81_000);
  issuer.isDown = true;
  const renewing = tokens.current();
  expect(tokens.forget('token-1')).toBe(false);
  await expect(renewing).rejects.toThrow('the issuer is down');
});

test('a token that is not renewed counts as used before', async () => {
  const { tokens, issuer } = createIssuer();
  await tokens.current();
  issuer.isDown = true;
  vi.advanceTimersByTime(90_000);
  await tokens.current();
  expect(tokens.forget('token-1')).toBe(true);
});

test('a first token that cannot be requested is an error', async () => {
  const { tokens, issuer } = createIssuer();
  issuer.isDown = true;
  await expect(tokens.current()).rejects.toThrow('the issuer is down');
  expect(issuer.warnings).toEqual([]);
});

test('what is thrown instead of an error is part of the warning', async () => {
  const warnings: unknown[] = [];
  const logger = { ...silentLogger, warn: (problem: unknown) => void warnings.push(problem) };
  const results = [Promise.resolve({ value: 'token', lifetimeMs: 100_000 }), Promise.reject('down')];
  results[1]?.catch(() => {});
  const tokens = new RenewedToken(() => results.shift() ?? Promise.reject('down'), 'a remedy', logger);
  await tokens.current();
  vi.advanceTimersByTime(90_000);
  expect([await tokens.current(), warnings]).toEqual(['token', [{ error: 'down' }]]);
});

test('a token that the source does not hold may be replaced', () => {
  expect(createIssuer().tokens.forget('token-1')).toBe(true);
});
