import { tlsErrorOf, tlsErrorText } from '@pipeline/runtime';
import { type BearerToken, expiryOf, isBearerToken } from './bearer-token.ts';
import { permanentLoginError, transientLoginError } from './login-error.ts';

/** What a client proves to a token endpoint (RFC 6749, section 4.4). */
export interface ClientCredentials {
  /** A URL. */
  readonly endpoint: string;
  readonly id: string;
  readonly secret: string;
  readonly scope?: string | undefined;
}

/** Less than a session timeout: a consumer that waits for a token sends no heartbeats. */
const TIMEOUT_MS = 5_000;
const ENDPOINT = 'KAFKA_OAUTH_TOKEN_ENDPOINT';

/**
 * Requests a token with the grant `client_credentials`.
 * @throws a transient error of kafkajs if the endpoint is unavailable, or one with a UserError as its cause
 */
export async function requestToken(client: ClientCredentials): Promise<BearerToken> {
  const { status, body } = await post(client);
  if (status === 200) return toToken(client, body);
  if (status >= 500 || status === 408 || status === 429)
    throw transientLoginError(`${nameOf(client)} responds with status ${status}`);
  throw rejectionOf(client, status, body);
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function post(client: ClientCredentials): Promise<Answer> {
  const { endpoint, id, secret, scope } = client;
  const grant = new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) });
  const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');
  const headers = { accept: 'application/json', authorization: `Basic ${basic}` };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers,
      body: grant,
      redirect: 'manual',
      signal,
    });
    return { status: response.status, body: parseObject(await response.text()) };
  } catch (error) {
    throw connectionError(client, error);
  }
}

/** The members of a JSON object; none if the text is something else. */
function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function connectionError(client: ClientCredentials, error: unknown): Error {
  const { message, cause } = error as Error & { readonly cause?: { readonly code?: string } };
  const tlsError = tlsErrorOf(cause?.code);
  if (tlsError === undefined)
    return transientLoginError(`${nameOf(client)} does not respond: ${cause?.code ?? message}`);
  const remedy =
    tlsError === 'untrusted'
      ? 'set NODE_EXTRA_CA_CERTS to the certificate of the CA that signed it'
      : `check ${ENDPOINT}`;
  return permanentLoginError(`${nameOf(client)} ${tlsErrorText[tlsError]}`, remedy);
}

function toToken(client: ClientCredentials, body: Answer['body']): BearerToken {
  const { access_token: value, expires_in: seconds } = body;
  if (!isBearerToken(value))
    throw permanentLoginError(`${nameOf(client)} returns no bearer token`, `check ${ENDPOINT}`);
  const expiry = expiryOf(value)?.getTime() ?? 0;
  const lifetimeMs = seconds === undefined ? expiry - Date.now() : Number(seconds) * 1_000;
  return { value, lifetimeMs: Math.max(0, lifetimeMs || 0) };
}

const credentials = 'check KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET';

/** By the error codes of RFC 6749, section 5.2. */
const remedies: ReadonlyMap<string, string> = new Map([
  ['invalid_client', credentials],
  ['unauthorized_client', credentials],
  ['invalid_scope', 'check KAFKA_OAUTH_SCOPE'],
]);

function rejectionOf(client: ClientCredentials, status: number, body: Answer['body']): Error {
  const { error, error_description: description } = body;
  const code = typeof error === 'string' ? error : `status ${status}`;
  const reason = typeof description === 'string' ? `${code}: ${description}` : code;
  const remedy = remedies.get(code) ?? (status === 401 ? credentials : `check ${ENDPOINT}`);
  return permanentLoginError(`${nameOf(client)} rejects the client: ${toLine(client, reason)}`, remedy);
}

const MAX_REASON = 300;

/** The endpoint's text as part of a line; it may repeat what it was sent. */
function toLine({ secret }: ClientCredentials, text: string): string {
  const forms = [secret, encodeURIComponent(secret)];
  const masked = forms.reduce((line, form) => line.replaceAll(form, '***'), text);
  return masked.replaceAll(/\s+/g, ' ').slice(0, MAX_REASON);
}

/** Without the query, which may hold a secret. */
function nameOf({ endpoint }: ClientCredentials): string {
  const { origin, pathname } = new URL(endpoint);
  return `${ENDPOINT} ${origin}${pathname}`;
}
