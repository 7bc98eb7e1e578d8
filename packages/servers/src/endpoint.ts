import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** A host and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Parses `HOST:PORT`; an IPv6 host is in brackets. */
export function parseEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

/** `HOST:PORT`, with an IPv6 host in brackets. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a host is this machine: a loopback address, its name or one of its addresses. */
export function isThisMachine(host: string): boolean {
  if (/^(localhost|127(\.\d+){3}|::1)$/i.test(host) || host === hostname()) return true;
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === host));
}

const CONNECT_MS = 3_000;

/** Whether anything accepts connections at an address within 3 s. */
export async function acceptsConnections({ host, port }: Endpoint): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, timeout: CONNECT_MS });
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  socket.once('timeout', () => resolve(false));
  const accepted = await promise;
  socket.destroy();
  return accepted;
}

const REPLY_MS = 5_000;

/** The first bytes of the reply to a message; empty if the connection closes or nothing arrives for 5 s. */
export async function firstReply({ host, port }: Endpoint, message: Buffer): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const socket = connect({ host, port, timeout: REPLY_MS }, () => socket.write(message));
  socket.once('data', resolve);
  for (const event of ['error', 'timeout', 'close'] as const)
    socket.once(event, () => resolve(Buffer.alloc(0)));
  const reply = await promise;
  socket.destroy();
  return reply;
}

/** Below the ephemeral ports (from 32,768), so that no outgoing connection takes the port in the meantime. */
const [LOWEST_PORT, HIGHEST_PORT] = [12_000, 32_000];

const returned = new Set<number>();

/** A free port of the loopback, a different one for each call. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (returned.has(port) || !(await canListen(port))) continue;
    returned.add(port);
    return port;
  }
}

async function canListen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer().once('error', () => resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return await promise;
}
