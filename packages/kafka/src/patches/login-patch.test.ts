import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';

/** Patches of kafkajs's logins. Each test fails with the unpatched library. */
const load = createRequire(import.meta.url);
const Connection = load('kafkajs/src/network/connection.js');
const createSocket = load('kafkajs/src/network/socketFactory.js');
const Encoder = load('kafkajs/src/protocol/encoder.js');

const logger = { namespace: () => logger, debug: () => {}, error: () => {} };

/** Keys of https://kafka.apache.org/protocol#protocol_api_keys */
const handshake = 17;
const authenticate = 36;
const versions = {
  [handshake]: { minVersion: 1, maxVersion: 1 },
  [authenticate]: { minVersion: 1, maxVersion: 1 },
};

const SESSION_MS = 5_000;
const bodies: Readonly<Record<number, () => { readonly buffer: Buffer }>> = {
  [handshake]: () => new Encoder().writeInt16(0).writeArray(['PLAIN']),
  [authenticate]: () =>
    new Encoder().writeInt16(0).writeString(null).writeBytes(Buffer.alloc(0)).writeInt64(SESSION_MS),
};

function respond(socket: Socket, request: Buffer): void {
  const body = bodies[request.readInt16BE(4)]?.().buffer ?? Buffer.alloc(0);
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + body.length, 0);
  request.copy(head, 4, 8, 12);
  socket.write(Buffer.concat([head, body]));
}

/** A connection with a login to a server that gives each request to `onRequest`, and the keys that it got. */
async function connect(sasl: object, onRequest = respond) {
  const keys: number[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    // Each request is small, and the next one follows its response.
    socket.on('data', (request: Buffer) => {
      keys.push(request.readInt16BE(4));
      onRequest(socket, request);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000 };
  const connection = new Connection({
    ...{ host: '127.0.0.1', port, logger, sasl, socketFactory: createSocket() },
    ...timeouts,
  });
  connection.setVersions(versions);
  connection.setSupportAuthenticationProtocol(true);
  await connection.connect();
  const dispose = async () => {
    await connection.disconnect();
    server.close();
  };
  return { connection, keys, [Symbol.asyncDispose]: dispose };
}

/** A request that needs a login; its key is free. */
function ask(connection: InstanceType<typeof Connection>, apiKey: number, encoded?: Promise<void>) {
  const encode = async () => {
    await encoded;
    return new Encoder();
  };
  const response = { decode: async () => ({}), parse: async () => ({}) };
  return connection.send({ request: { apiKey, apiVersion: 0, apiName: 'Any', encode }, response });
}

const plain = () => ({ mechanism: 'plain', username: 'user', password: 'secret' });

/** Makes a login look older than it is. */
function age(connection: InstanceType<typeof Connection>, ms: number): void {
  const [seconds, nanoseconds] = process.hrtime();
  const then = seconds * 1_000 + nanoseconds / 1e6 - ms;
  connection.authenticatedAt = [Math.floor(then / 1_000), Math.round((then % 1_000) * 1e6)];
}

test('a session is renewed after 80 % of its lifetime, and not earlier', async () => {
  await using opened = await connect(plain());
  await ask(opened.connection, 100);
  age(opened.connection, 0.7 * SESSION_MS);
  await ask(opened.connection, 101);
  expect(opened.keys).toEqual([handshake, authenticate, 100, 101]);
  age(opened.connection, 0.9 * SESSION_MS);
  await ask(opened.connection, 102);
  expect(opened.keys).toEqual([handshake, authenticate, 100, 101, handshake, authenticate, 102]);
});

test('a request that was encoded during a login is sent after it', async () => {
  const { promise: encoded, resolve } = Promise.withResolvers<void>();
  let handshakes = 0;
  await using opened = await connect(plain(), (socket, request) => {
    if (request.readInt16BE(4) === handshake && ++handshakes === 2) resolve();
    // Without the patch, the earlier request is sent before the response.
    setImmediate(() => respond(socket, request));
  });
  await ask(opened.connection, 100);
  const earlier = ask(opened.connection, 101, encoded);
  age(opened.connection, SESSION_MS);
  await Promise.all([earlier, ask(opened.connection, 102)]);
  expect(opened.keys.slice(3, 5)).toEqual([handshake, authenticate]);
  expect(opened.keys.slice(5).sort()).toEqual([101, 102]);
});

test('a login whose credentials cannot be obtained sends nothing', async () => {
  let problem: Error | undefined = new Error('no token');
  const authenticator = {
    prepare: async () => {
      if (problem) throw problem;
    },
    authenticate: async () => {},
  };
  const sasl = { mechanism: 'plain', authenticationProvider: () => authenticator };
  await using opened = await connect(sasl);
  await expect(ask(opened.connection, 100)).rejects.toThrow('no token');
  expect(opened.keys).toEqual([]);
  problem = undefined;
  await ask(opened.connection, 100);
  expect(opened.keys).toEqual([handshake, 100]);
});

test('a connection that breaks during a login is no refusal', async () => {
  const breakAtLogin = (socket: Socket, request: Buffer) =>
    request.readInt16BE(4) === authenticate ? socket.destroy() : respond(socket, request);
  await using opened = await connect(plain(), breakAtLogin);
  await expect(ask(opened.connection, 100)).rejects.toMatchObject({
    name: 'KafkaJSConnectionClosedError',
    retriable: true,
  });
});
