import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A chunk from a client to the server (`request`) or back (`reply`). */
interface Chunk {
  readonly bytes: Buffer;
  readonly direction: 'request' | 'reply';
  /** Resolves when the trouble ends. */
  readonly healed: Promise<void>;
}

/** Whether to forward a chunk, to forward its end only when the trouble ends, or to reset its connection. */
type Verdict = 'pass' | 'hold-end' | 'reset';

/** A network fault: decides for every chunk whether, and when, it is forwarded. */
export type Trouble = (chunk: Chunk) => Verdict | Promise<Verdict>;

/** A TCP proxy on the loopback interface that simulates network faults. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Number of chunks that were delayed or cut off since the last call of `trouble`. */
  readonly hits: number;
  /** Applies a trouble to existing and new connections. */
  trouble(trouble: Trouble): void;
  /** Resets all connections. */
  reset(): void;
  /** Resets all connections and refuses new ones. */
  refuse(): Promise<void>;
  /** Ends the trouble and forwards delayed chunks. */
  heal(): Promise<void>;
}

/**
 * Holds all traffic back without closing connections, as when a route is lost or a firewall drops packets.
 */
export const blackhole: Trouble = async ({ healed }): Promise<Verdict> => {
  await healed;
  return 'pass';
};

/** Delays every chunk. */
export function latency(ms: number): Trouble {
  return async ({ healed }): Promise<Verdict> => {
    await Promise.race([sleep(ms), healed]);
    return 'pass';
  };
}

/** Limits the bandwidth of each direction of each connection. */
export function rate(bytesPerSecond: number): Trouble {
  return async ({ bytes, healed }): Promise<Verdict> => {
    await Promise.race([sleep((1_000 * bytes.length) / bytesPerSecond), healed]);
    return 'pass';
  };
}

/** Forwards requests; resets the connection at a reply. */
export const lostReplies: Trouble = ({ direction }) => (direction === 'reply' ? 'reset' : 'pass');

/** Resets every connection after a number of reply bytes, counted over all connections. */
export function cutAfter(replyBytes: number): Trouble {
  let left = replyBytes;
  return ({ bytes, direction }) => {
    if (direction === 'reply') left -= bytes.length;
    return left < 0 ? 'reset' : 'pass';
  };
}

/** Holds back the end of the first batch that is written by COPY, with the rest of its connection's requests. */
export function halfSent(): Trouble {
  let isDone = false;
  return ({ bytes, direction }) => {
    if (isDone || direction === 'reply' || !bytes.includes(' from stdin (format binary);')) return 'pass';
    isDone = true;
    return 'hold-end';
  };
}

/** Bytes that `hold-end` holds back: the end of the message that ends a COPY, and of the row before it. */
const HELD_BYTES = 10;

/** Starts a proxy on a free port, in front of a loopback port that need not be open yet. */
export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const connections = new Set<Socket>();
  let trouble: Trouble | undefined;
  let healed = Promise.withResolvers<void>();
  let hits = 0;

  const decide = async (bytes: Buffer, direction: Chunk['direction']): Promise<Verdict> => {
    if (trouble === undefined) return 'pass';
    const verdict = trouble({ bytes, direction, healed: healed.promise });
    if (verdict !== 'pass') hits++;
    return await verdict;
  };
  const forward = async (bytes: Buffer, to: Socket, direction: Chunk['direction']): Promise<boolean> => {
    const verdict = await decide(bytes, direction);
    if (verdict === 'reset') return false;
    const held = verdict === 'hold-end' ? HELD_BYTES : 0;
    await write(to, bytes.subarray(0, bytes.length - held));
    if (held > 0) await healed.promise;
    await write(to, bytes.subarray(bytes.length - held));
    return true;
  };
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: '127.0.0.1', port: targetPort, noDelay: true });
    for (const socket of [client, upstream]) track(connections, socket);
    void pump(client, upstream, (bytes) => forward(bytes, upstream, 'request'));
    void pump(upstream, client, (bytes) => forward(bytes, client, 'reply'));
  });
  const port = await listen(server, 0);
  const reset = () => {
    for (const socket of connections) socket.resetAndDestroy();
  };
  const proxy: TcpProxy = {
    port,
    get hits() {
      return hits;
    },
    trouble(next) {
      hits = 0;
      trouble = next;
    },
    reset,
    async refuse() {
      server.close();
      reset();
    },
    async heal() {
      trouble = undefined;
      healed.resolve();
      healed = Promise.withResolvers();
      if (!server.listening) await listen(server, port);
    },
    async [Symbol.asyncDispose]() {
      await proxy.heal();
      server.close();
      reset();
    },
  };
  return proxy;
}

function track(connections: Set<Socket>, socket: Socket): void {
  connections.add(socket);
  socket.on('error', () => {});
  socket.once('close', () => connections.delete(socket));
}

/** Forwards chunks in one direction, in order; propagates the end of the stream and errors. */
async function pump(from: Socket, to: Socket, forward: (bytes: Buffer) => Promise<boolean>): Promise<void> {
  try {
    for await (const bytes of from as AsyncIterable<Buffer>)
      if (!(await forward(bytes))) return resetBoth(from, to);
    to.end();
  } catch {
    resetBoth(from, to);
  }
}

async function write(to: Socket, bytes: Buffer): Promise<void> {
  if (bytes.length > 0 && !to.write(bytes)) await drained(to);
}

/** Resolves when a socket is writable again or closed. */
async function drained(socket: Socket): Promise<void> {
  const done = new AbortController();
  const events = ['drain', 'close'].map((event) => once(socket, event, { signal: done.signal }));
  await Promise.race(events).finally(() => done.abort());
}

function resetBoth(...sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.resetAndDestroy();
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
