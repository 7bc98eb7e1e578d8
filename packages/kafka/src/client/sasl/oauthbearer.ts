/// <reference path="../../patched-kafkajs.d.ts" />
import type { AuthenticationProviderArgs, Mechanism, PreparedAuthenticator } from 'kafkajs';
import { kafkaErrorType } from '../errors.ts';
import { expiryOf } from './bearer-token.ts';
import { permanentLoginError, transientLoginError } from './login-error.ts';
import type { TokenSource } from './token-source.ts';

/**
 * SASL OAUTHBEARER (RFC 7628) with tokens of a source. kafkajs's own takes a rejected token for a successful login,
 * and reports the closed connection that follows.
 * @param extensions as NAME=VALUE
 */
export function oauthBearer(tokens: TokenSource, extensions: readonly string[] = []): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: (connection) => createLogin(connection, tokens, extensions),
  };
}

type Connection = Pick<AuthenticationProviderArgs, 'host' | 'port' | 'saslAuthenticate'>;

function createLogin(
  { host, port, saslAuthenticate }: Connection,
  tokens: TokenSource,
  extensions: readonly string[],
): PreparedAuthenticator {
  let token = '';
  const send = async (text: string) => await saslAuthenticate({ request: messageOf(text), response });
  return {
    async prepare() {
      token = await tokens.current();
    },
    async authenticate() {
      const fields = ['n,,', `auth=Bearer ${token}`, ...extensions].map((field) => `${field}\u0001`);
      const refusal = await send(`${fields.join('')}\u0001`).catch(refusalOf);
      if (!refusal) return;
      const mayBeReplaced = tokens.forget(token);
      // Completes the failed exchange; the broker responds with an error.
      await send('\u0001').catch(() => {});
      const problem = `Kafka: ${host}:${port} rejects ${describe(token, refusal)}`;
      if (mayBeReplaced || temporary.test(refusal)) throw transientLoginError(problem);
      throw permanentLoginError(problem, tokens.remedy);
    },
  };
}

/**
 * MSK limits the rate of logins, and rejects a token whose AWS credentials are about to expire.
 * https://docs.aws.amazon.com/msk/latest/developerguide/troubleshooting.html
 */
const temporary = /too many connects|session too short/i;

/** With its length, as kafkajs sends it. */
function messageOf(text: string) {
  const bytes = Buffer.from(`\0\0\0\0${text}`);
  bytes.writeInt32BE(bytes.length - 4);
  return { encode: () => bytes };
}

/** Brokers respond to an accepted token with no bytes, and to a rejected one with why, as JSON. */
const response = { decode: (raw: Buffer) => raw.subarray(4), parse: (bytes: Buffer) => bytes.toString() };

/** Some brokers respond with an error at once. */
function refusalOf(error: Error): string {
  if (kafkaErrorType(error) !== 'SASL_AUTHENTICATION_FAILED') throw error;
  return error.message;
}

function describe(token: string, refusal: string): string {
  const expiry = expiryOf(token);
  if (expiry !== undefined && expiry.getTime() < Date.now())
    return `the token, which expired at ${expiry.toISOString()}`;
  return `the token: ${statusOf(refusal).replaceAll(token, '***')}`;
}

/** RFC 7628, section 3.2.2 */
function statusOf(refusal: string): string {
  try {
    const { status }: { readonly status?: unknown } = JSON.parse(refusal);
    return String(status ?? refusal);
  } catch {
    return refusal;
  }
}
