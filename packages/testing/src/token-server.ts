import { createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An OAuth server that issues signed tokens (RFC 7519) to clients, each in the name of its id. */
export interface TokenServer extends AsyncDisposable {
  /** URL of its token endpoint; the same after a restart. */
  readonly endpoint: string;
  /** Its public key as a JSON Web Key Set. */
  readonly keySet: string;
  /** How many tokens a client has requested and got. */
  issuedTo(client: string): number;
  /** A token as its endpoint issues them. */
  issue(subject: string, changes?: TokenChanges): string;
  /** Refuses connections until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface TokenChanges {
  /** Negative for a token that has expired. */
  readonly lifetimeSeconds?: number;
  /** Whether a key that is not in the key set signs it. */
  readonly isForged?: boolean;
}

/** A client of a token server. */
export interface TokenClient {
  readonly secret: string;
  /** Lifetime of its tokens. */
  readonly lifetimeSeconds: number;
}

export interface TokenServerOptions {
  /** By their ids. */
  readonly clients: Readonly<Record<string, TokenClient>>;
  readonly issuer: string;
  readonly audience: string;
}

const KEY_ID = 'test';
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2_048 });

/** Starts it on a free port of the loopback. */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const [own, foreign] = [rsa(), rsa()];
  const counts = new Map<string, number>();
  const issue: TokenServer['issue'] = (subject, { isForged = false, lifetimeSeconds = 3_600 } = {}) =>
    signToken((isForged ? foreign : own).privateKey, { ...options, subject, lifetimeSeconds });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { id, client } = await authenticate(request, options.clients);
    if (client === undefined) return respond(response, 401, { error: 'invalid_client' });
    counts.set(id, (counts.get(id) ?? 0) + 1);
    const { lifetimeSeconds } = client;
    respond(response, 200, { access_token: issue(id, { lifetimeSeconds }), expires_in: lifetimeSeconds });
  };
  const server = createServer((request, response) => void answer(request, response));
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const key = { ...own.publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' };
  return {
    endpoint: `http://127.0.0.1:${port}/token`,
    keySet: JSON.stringify({ keys: [key] }),
    issuedTo: (client) => counts.get(client) ?? 0,
    issue,
    stop: () => close(server),
    start: () => listen(server, port),
    [Symbol.asyncDispose]: () => close(server),
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await once(server.listen(port, '127.0.0.1'), 'listening');
}

/** Clients keep connections alive. */
async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The client that a request names, if it uses the right grant and secret (RFC 6749, sections 2.3.1 and 4.4.2). */
async function authenticate(request: IncomingMessage, clients: TokenServerOptions['clients']) {
  const grant = new URLSearchParams(await text(request)).get('grant_type');
  const [, encoded = ''] = request.headers.authorization?.split('Basic ') ?? [];
  const [id = '', secret] = Buffer.from(encoded, 'base64').toString().split(':').map(decodeURIComponent);
  const client = grant === 'client_credentials' ? clients[id] : undefined;
  return { id, client: client?.secret === secret ? client : undefined };
}

interface Claims {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly lifetimeSeconds: number;
}

/** A JSON Web Token, signed with RS256. */
function signToken(key: KeyObject, { issuer, audience, subject, lifetimeSeconds }: Claims): string {
  const now = Math.floor(Date.now() / 1_000);
  const exp = now + lifetimeSeconds;
  const times = { iat: Math.min(now, exp - 1), exp };
  const claims = { iss: issuer, aud: audience, sub: subject, scope: 'kafka', jti: randomUUID(), ...times };
  const parts = [{ alg: 'RS256', kid: KEY_ID, typ: 'JWT' }, claims].map(encodePart);
  const signature = createSign('RSA-SHA256').update(parts.join('.')).sign(key, 'base64url');
  return [...parts, signature].join('.');
}

function encodePart(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
