import { expect, test } from 'vitest';
import { expiryOf, isBearerToken } from './bearer-token.ts';

test.each(['a', 'AZaz09-._~+/', 'aGk=', 'aGk==', 'h.c.s'])('%j is a bearer token', (text) => {
  expect(isBearerToken(text)).toBe(true);
});

test.each(['', '=', 'a=b', 'a b', ' a', 'a\n', 'é', 'a,b', 7, undefined])('%j is no bearer token', (text) => {
  expect(isBearerToken(text)).toBe(false);
});

const tokenOf = (claims: string) => `h.${Buffer.from(claims).toString('base64url')}.s`;

test('a JSON Web Token expires when its claims have it', () => {
  expect(expiryOf(tokenOf('{"exp":1795512612}'))).toEqual(new Date(1_795_512_612_000));
});

test.each(['opaque', 'a.b.c', tokenOf('{}'), tokenOf('{"exp":"1795512612"}'), tokenOf('null')])(
  'the expiry of the token %j is unknown',
  (token) => {
    expect(expiryOf(token)).toBeUndefined();
  },
);
