import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A run of bytes on its way from a client to the server (`request`) or back (`reply`). */
interface Flow {
  readonly bytes: Buffer;
  readonly direction: 'request' | 'reply';
  /** Resolves when the trouble is over. */
  readonly healed: Promise<void>;
}

/** What becomes of a run of bytes: `reset` breaks its connection instead of passing them on. */
type Verdict = 'pass' | 'reset';

/** What is wrong with a network: decides about every run of bytes, and when. */
export type Trouble = (flow: Flow) => Verdict | Promise<Verdict>;

/** A TCP proxy on the loopback, whose network can be broken and healed. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Runs of bytes that a trouble has held up or cut off, since the last `trouble`. */
  readonly hits: number;
  /** Breaks the network, for old connections and new ones. */
  trouble(trouble: Trouble): void;
  /** Ends every connection with a reset. */
  reset(): void;
  /** Ends every connection and lets no other in. */
  refuse(): Promise<void>;
  /** Ends all trouble: bytes that were held up go on their way. */
  heal(): Promise<void>;
}

/** Nothing passes and nothing breaks: a route that is gone, a firewall that drops. */
export const blackhole: Trouble = async ({ healed }): Promise<Verdict> => {
  await healed;
  return 'pass';
};

/** Every run of bytes takes its time, in milliseconds. */
export function latency(ms: number): Trouble {
  return async ({ healed }): Promise<Verdict> => {
    await Promise.race([sleep(ms), healed]);
    return 'pass';
  };
}

/** A narrow line: each direction of each connection carries so many bytes a second. */
export function rate(bytesPerSecond: number): Trouble {
  return async ({ bytes, healed }): Promise<Verdict> => {
    await Promise.race([sleep((1_000 * bytes.length) / bytesPerSecond), healed]);
    return 'pass';
  };
}

/** Requests arrive, and their replies are lost together with the connection. */
export const lostReplies: Trouble = ({ direction }) => (direction === 'reply' ? 'reset' : 'pass');

/** Cuts every connection once so many bytes have come back over all of them. */
export function cutAfter(replyBytes: number): Trouble {
  let left = replyBytes;
  return ({ bytes, direction }) => {
    if (direction === 'reply') left -= bytes.length;
    return left < 0 ? 'reset' : 'pass';
  };
}

/** Starts a proxy before a port of the loopback, on a free port; nothing need listen behind it yet. */
export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const connections = new Set<Socket>();
  let trouble: Trouble | undefined;
  let healed = Promise.withResolvers<void>();
  let hits = 0;

  const judge = async (bytes: Buffer, direction: Flow['direction']): Promise<Verdict> => {
    if (trouble === undefined) return 'pass';
    const verdict = trouble({ bytes, direction, healed: healed.promise });
    if (verdict !== 'pass') hits++;
    return await verdict;
  };
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: '127.0.0.1', port: targetPort, noDelay: true });
    for (const socket of [client, upstream]) track(connections, socket);
    void pump(client, upstream, (bytes) => judge(bytes, 'request'));
    void pump(upstream, client, (bytes) => judge(bytes, 'reply'));
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

/** Carries bytes one way, in order, each run once it has been judged; the end of one side is the end of the other. */
async function pump(from: Socket, to: Socket, judge: (bytes: Buffer) => Promise<Verdict>): Promise<void> {
  try {
    for await (const bytes of from as AsyncIterable<Buffer>) {
      if ((await judge(bytes)) === 'reset') return resetBoth(from, to);
      if (!to.write(bytes)) await drained(to);
    }
    to.end();
  } catch {
    resetBoth(from, to);
  }
}

/** Resolves when a socket takes more, or never will. */
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
