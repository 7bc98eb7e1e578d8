import type { UserError } from '@pipeline/runtime';
import kafkajs, { type SaslAuthenticateArgs } from 'kafkajs';
import { expect, test } from 'vitest';
import { isTransientError, toUserError } from '../errors.ts';
import { oauthBearer } from './oauthbearer.ts';

const { KafkaJSConnectionError, KafkaJSProtocolError } = kafkajs;

/** A JSON Web Token with this expiry, in milliseconds. */
function tokenOf(expiry: number): string {
  return `h.${Buffer.from(JSON.stringify({ exp: expiry / 1_000 })).toString('base64url')}.s`;
}
const valid = tokenOf(Date.now() + 3_600_000);

interface LoginOptions {
  readonly extensions?: readonly string[];
  readonly isReused?: boolean;
}

/** Logs in with a token to a broker that gives these answers, texts or errors. */
async function logIn(
  token: string,
  answers: readonly (string | Error)[],
  { extensions, isReused = false }: LoginOptions = {},
) {
  const sent: string[] = [];
  let isForgotten = false;
  const forget = () => {
    isForgotten = true;
    return isReused;
  };
  const tokens = { current: async () => token, forget, remedy: 'a remedy' };
  const saslAuthenticate = async <Result>({ request, response }: SaslAuthenticateArgs<Result>) => {
    const bytes = await request.encode();
    expect(bytes.readInt32BE()).toBe(bytes.length - 4);
    const answer = answers[sent.push(bytes.subarray(4).toString()) - 1] ?? '';
    if (answer instanceof Error) throw answer;
    return response?.parse(await response.decode(Buffer.from(`\0\0\0\0${answer}`)));
  };
  const login = oauthBearer(tokens, ...(extensions === undefined ? [] : [extensions])).authenticationProvider(
    {
      ...{ host: 'broker', port: 9_093, saslAuthenticate },
      logger: new kafkajs.Kafka({ brokers: ['broker:9093'] }).logger(),
    },
  );
  await (login as { prepare?: () => Promise<void> }).prepare?.();
  const error = await login.authenticate().catch((reason: unknown) => reason);
  return { sent, error, isForgotten };
}

test('the token is sent in the form of RFC 7628', async () => {
  const { sent, error } = await logIn(valid, ['']);
  expect(error).toBeUndefined();
  expect(sent).toEqual([`n,,\u0001auth=Bearer ${valid}\u0001\u0001`]);
});

test('the mechanism has the name of RFC 7628', () => {
  const tokens = { current: async () => valid, forget: () => false, remedy: 'a remedy' };
  expect(oauthBearer(tokens).mechanism).toBe('oauthbearer');
});

test('extensions follow the token', async () => {
  const { sent } = await logIn('token', [''], {
    extensions: ['logicalCluster=lkc-1', 'identityPoolId=pool-1'],
  });
  expect(sent).toEqual([
    'n,,\u0001auth=Bearer token\u0001logicalCluster=lkc-1\u0001identityPoolId=pool-1\u0001\u0001',
  ]);
});

test('a rejected token ends the exchange, and is an error with a remedy', async () => {
  const { sent, error, isForgotten } = await logIn(valid, [
    '{"status":"invalid_token"}',
    new Error('failed'),
  ]);
  expect(sent.slice(1)).toEqual(['\u0001']);
  expect(isForgotten).toBe(true);
  expect(isTransientError(error)).toBe(false);
  const { message, remedy } = toUserError(error) as UserError;
  expect([message, remedy]).toEqual(['Kafka: broker:9093 rejects the token: invalid_token', 'a remedy']);
});

test.each([
  ['denied', 'denied'],
  ['{}', '{}'],
  ['{"status":null}', '{"status":null}'],
  ['{"status":"bad token"}', 'bad ***'],
])('of the answer %j the error has %j', async (answer, text) => {
  const { error } = await logIn('token', [answer]);
  expect((toUserError(error) as UserError).message).toBe(`Kafka: broker:9093 rejects the token: ${text}`);
});

test('a rejected token that was used before is replaced by a new one', async () => {
  const { error, isForgotten } = await logIn(valid, ['{"status":"invalid_token"}'], { isReused: true });
  expect([isTransientError(error), isForgotten]).toEqual([true, true]);
});

test('a rejected token that has expired is called expired', async () => {
  const { error } = await logIn(tokenOf(Date.UTC(2020, 0, 1)), ['{"status":"invalid_token"}']);
  const message = 'Kafka: broker:9093 rejects the token, which expired at 2020-01-01T00:00:00.000Z';
  expect((toUserError(error) as UserError).message).toBe(message);
});

test.each(['[id]: Too many connects', '[id]: Session too short'])(
  'MSK\'s "%s" is transient',
  async (text) => {
    const refusal = Object.assign(new KafkaJSProtocolError(new Error(text)), {
      type: 'SASL_AUTHENTICATION_FAILED',
    });
    const { error, isForgotten } = await logIn(valid, [refusal]);
    expect([isTransientError(error), isForgotten]).toEqual([true, true]);
  },
);

test('a rejection as an error of the protocol never repeats the token', async () => {
  const refusal = Object.assign(new KafkaJSProtocolError(new Error(`bad ${valid}`)), {
    type: 'SASL_AUTHENTICATION_FAILED',
  });
  const { error } = await logIn(valid, [refusal]);
  expect((toUserError(error) as UserError).message).toBe('Kafka: broker:9093 rejects the token: bad ***');
});

test('a broken connection is not a rejected token', async () => {
  const broken = new KafkaJSConnectionError('Closed connection');
  const { error, isForgotten } = await logIn(valid, [broken]);
  expect([error, isForgotten]).toEqual([broken, false]);
});
