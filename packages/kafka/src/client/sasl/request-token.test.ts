import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { UserError } from '@pipeline/runtime';
import { afterEach, expect, test, vi } from 'vitest';
import { isTransientError, toUserError } from '../errors.ts';
import { requestToken } from './request-token.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const SECRET = 'hunter/2 secret';

/** A token endpoint that gives every request the same answer, and the requests that it got. */
async function startEndpoint(status: number, answer: string) {
  const requests: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
  const server = createServer(async (request, response) => {
    requests.push({ headers: request.headers, body: await text(request) });
    response.writeHead(status, { location: '/elsewhere' }).end(answer);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/token?tenant=x`;
  const dispose = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { endpoint, requests, [Symbol.asyncDispose]: dispose };
}

const client = (endpoint: string) => ({ endpoint, id: 'app:1', secret: SECRET, scope: 'kafka read' });

/** The error of a request with an answer. */
async function errorOf(status: number, answer: object | string): Promise<unknown> {
  await using served = await startEndpoint(
    status,
    typeof answer === 'string' ? answer : JSON.stringify(answer),
  );
  return await requestToken(client(served.endpoint)).catch((error: unknown) => error);
}

test('the client authenticates in the form of RFC 6749, and names its scope', async () => {
  await using served = await startEndpoint(200, '{"access_token":"a.b.c","expires_in":60}');
  expect(await requestToken(client(served.endpoint))).toEqual({ value: 'a.b.c', lifetimeMs: 60_000 });
  const [request] = served.requests;
  const basic = Buffer.from('app%3A1:hunter%2F2%20secret').toString('base64');
  expect(request?.headers).toMatchObject({ authorization: `Basic ${basic}`, accept: 'application/json' });
  expect(request?.body).toBe('grant_type=client_credentials&scope=kafka+read');
});

test('without a scope the client names none', async () => {
  await using served = await startEndpoint(200, '{"access_token":"a","expires_in":60}');
  for (const scope of [undefined, '']) await requestToken({ ...client(served.endpoint), scope });
  expect(served.requests.map(({ body }) => body)).toEqual(Array(2).fill('grant_type=client_credentials'));
});

test.each([
  ['"3599"', 3_599_000],
  ['"soon"', 0],
  ['null', 0],
  ['-5', 0],
])('expires_in of %s is a lifetime of %i ms', async (seconds, lifetimeMs) => {
  await using served = await startEndpoint(200, `{"access_token":"opaque","expires_in":${seconds}}`);
  expect(await requestToken(client(served.endpoint))).toMatchObject({ lifetimeMs });
});

test('without expires_in the lifetime is that of the token itself', async () => {
  const claims = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1_000) + 600 })).toString(
    'base64url',
  );
  await using served = await startEndpoint(200, JSON.stringify({ access_token: `h.${claims}.s` }));
  const { lifetimeMs } = await requestToken(client(served.endpoint));
  expect(Math.round(lifetimeMs / 100_000)).toBe(6);
});

test('without expires_in the lifetime of an opaque token is unknown', async () => {
  await using served = await startEndpoint(200, '{"access_token":"opaque"}');
  expect(await requestToken(client(served.endpoint))).toEqual({ value: 'opaque', lifetimeMs: 0 });
});

test('an error without a code is described by its message', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('took too long')));
  const error = await requestToken(client('https://issuer.example/token?a=b')).catch(String);
  expect(error).toMatch(
    /KAFKA_OAUTH_TOKEN_ENDPOINT https:\/\/issuer.example\/token does not respond: took too long$/,
  );
});

test.each([500, 503, 429, 408])('status %i is transient', async (status) => {
  const error = await errorOf(status, 'try later');
  expect(isTransientError(error)).toBe(true);
  expect(String(error)).toMatch(
    new RegExp(`KAFKA_OAUTH_TOKEN_ENDPOINT http://127.0.0.1:\\d+/token .*${status}`),
  );
});

test('an endpoint that refuses connections is transient', async () => {
  const served = await startEndpoint(200, '');
  await served[Symbol.asyncDispose]();
  const error = await requestToken(client(served.endpoint)).catch((reason: unknown) => reason);
  expect(isTransientError(error)).toBe(true);
  expect(String(error)).toContain('does not respond: ECONNREFUSED');
});

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /is not signed by a trusted CA$/, /set NODE_EXTRA_CA_CERTS/],
  ['CERT_HAS_EXPIRED', /presents an expired certificate$/, /check KAFKA_OAUTH_TOKEN_ENDPOINT/],
])('an endpoint whose certificate fails with %s is a permanent error', async (code, problem, remedy) => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed', { cause: { code } })));
  const error = await requestToken(client('https://issuer.example/token')).catch((reason: unknown) => reason);
  expect(isTransientError(error)).toBe(false);
  const explained = toUserError(error) as UserError;
  expect([explained.message, explained.remedy]).toEqual([
    expect.stringMatching(problem),
    expect.stringMatching(remedy),
  ]);
});

test.each([
  [
    401,
    { error: 'invalid_client' },
    /invalid_client/,
    /check KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET/,
  ],
  [
    400,
    { error: 'unauthorized_client', error_description: 7 },
    /rejects the client: unauthorized_client$/,
    /check KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET/,
  ],
  [400, { error: 'invalid_client' }, /invalid_client/, /check KAFKA_OAUTH_CLIENT_ID and/],
  [401, 'Unauthorized', /status 401/, /KAFKA_OAUTH_CLIENT_SECRET/],
  [401, { error: 7 }, /rejects the client: status 401$/, /KAFKA_OAUTH_CLIENT_SECRET/],
  [499, '', /status 499/, /check KAFKA_OAUTH_TOKEN_ENDPOINT/],
  [400, { error: 'invalid_scope' }, /invalid_scope/, /check KAFKA_OAUTH_SCOPE/],
  [404, 'not here', /status 404/, /check KAFKA_OAUTH_TOKEN_ENDPOINT/],
  [302, '', /status 302/, /check KAFKA_OAUTH_TOKEN_ENDPOINT/],
  [200, 'a page', /returns no bearer token/, /check KAFKA_OAUTH_TOKEN_ENDPOINT/],
  [200, { access_token: 'a\u0001auth=x' }, /returns no bearer token/, /check KAFKA_OAUTH_TOKEN_ENDPOINT/],
] as const)(
  'status %i with %j is permanent and names the setting',
  async (status, answer, problem, remedy) => {
    const error = await errorOf(status, answer);
    expect(isTransientError(error)).toBe(false);
    const explained = toUserError(error) as UserError;
    expect(explained).toBeInstanceOf(UserError);
    expect([explained.message, explained.remedy]).toEqual([
      expect.stringMatching(problem),
      expect.stringMatching(remedy),
    ]);
  },
);

test('a rejection is one line, and does not repeat the secret', async () => {
  const description = `the secret ${SECRET}\n\nor ${encodeURIComponent(SECRET)} is wrong`;
  const error = await errorOf(401, { error: 'invalid_client', error_description: description });
  expect((toUserError(error) as UserError).message).toMatch(
    /invalid_client: the secret \*\*\* or \*\*\* is wrong$/,
  );
});

test('a rejection is limited to 300 characters', async () => {
  const error = await errorOf(400, { error: 'no', error_description: `${'x'.repeat(300)}` });
  expect((toUserError(error) as UserError).message).toMatch(/rejects the client: no: x{296}$/);
});
