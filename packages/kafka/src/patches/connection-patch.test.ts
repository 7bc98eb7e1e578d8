import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';

/** Patches of kafkajs's connections. Each test fails with the unpatched library. */
const load = createRequire(import.meta.url);
const Connection = load('kafkajs/src/network/connection.js');
const createSocket = load('kafkajs/src/network/socketFactory.js');
const Encoder = load('kafkajs/src/protocol/encoder.js');

/** https://kafka.apache.org/protocol#protocol_common */
function frame(correlationId: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + body.length, 0);
  head.writeInt32BE(correlationId, 4);
  return Buffer.concat([head, body]);
}

const logger = { namespace: () => logger, debug: () => {}, error: () => {} };

function createConnection(port: number) {
  const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000 };
  return new Connection({ host: '127.0.0.1', port, logger, socketFactory: createSocket(), ...timeouts });
}

/** A connection to a server that applies the nth behaviour to its nth socket. */
async function connect(...behaviours: readonly ((socket: Socket) => void)[]) {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  let count = 0;
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    behaviours[count++]?.(socket);
  });
  await once(server, 'listening');
  const connection = createConnection((server.address() as AddressInfo).port);
  await connection.connect();
  const dispose = async () => {
    await connection.disconnect();
    server.close();
  };
  return { connection, [Symbol.asyncDispose]: dispose };
}

/** Sends a request and resolves to the bytes of its response. */
async function ask(connection: InstanceType<typeof Connection>): Promise<string> {
  const request = { apiKey: 18, apiVersion: 0, apiName: 'ApiVersions', encode: () => new Encoder() };
  const response = { decode: async (payload: Buffer) => payload, parse: async (payload: Buffer) => payload };
  return String(await connection.send({ request, response }));
}

/** Responds to every request with a text and the next correlation id. */
function answerFrom(first: number, text: string) {
  return (socket: Socket) => {
    let id = first;
    socket.on('data', () => socket.write(frame(id++, Buffer.from(text))));
  };
}

test('a chunk that is a whole response is not copied', () => {
  const connection = createConnection(1);
  const payloads: Buffer[] = [];
  const fulfillRequest = ({ payload }: { readonly payload: Buffer }) => payloads.push(payload);
  Object.assign(connection, { requestQueue: { fulfillRequest } });
  const frames = [1, 2].map((id) => frame(id, Buffer.from('abc')));
  for (const one of frames) connection.processData(one);
  expect(payloads.map(({ buffer }) => buffer)).toEqual(frames.map(({ buffer }) => buffer));
  for (const one of frames) one.fill('x');
  expect(payloads.map(String)).toEqual(['xxx', 'xxx']);
});

test('a partial response of a broken connection is discarded on reconnect', async () => {
  const breakHalfway = (socket: Socket) =>
    socket.on('data', () => socket.end(frame(0, Buffer.alloc(1_000)).subarray(0, 500)));
  await using opened = await connect(breakHalfway, answerFrom(1, 'whole'));
  await expect(ask(opened.connection)).rejects.toThrow('Closed connection');
  await opened.connection.connect();
  expect(await ask(opened.connection)).toBe('whole');
});

test('data and end of a former socket do not affect its successor', async () => {
  const { promise: former, resolve } = Promise.withResolvers<Socket>();
  await using opened = await connect(resolve, answerFrom(0, 'new'));
  await opened.connection.disconnect();
  await opened.connection.connect();
  const socket = await former;
  socket.end(Buffer.alloc(3));
  await once(socket, 'close');
  expect(await ask(opened.connection)).toBe('new');
});

/** SASL handshake of brokers before 1.0: bytes in both directions, without a header. */
function logIn(connection: InstanceType<typeof Connection>): Promise<unknown> {
  const request = { encode: async () => Buffer.from('a login') };
  const response = { decode: async (bytes: Buffer) => bytes, parse: async (bytes: Buffer) => bytes.length };
  return connection.sendAuthRequest({ request, response }).catch((error: Error) => error.message);
}

test('an empty response completes a SASL handshake', async () => {
  await using opened = await connect((socket) => void socket.on('data', () => socket.write(Buffer.alloc(4))));
  expect(await logIn(opened.connection)).toBe(4);
});

test('a SASL handshake in progress fails when its connection closes', async () => {
  await using reset = await connect((socket) => void socket.on('data', () => socket.resetAndDestroy()));
  expect(await logIn(reset.connection)).toBe('Connection closed by the server');
  await using opened = await connect(
    () => {},
    () => {},
  );
  const login = logIn(opened.connection);
  await opened.connection.disconnect();
  await opened.connection.connect();
  expect(await login).toBe('Connection closed by the server');
});

test('two concurrent connects leave one open socket', async () => {
  const { promise: first, resolve } = Promise.withResolvers<Socket>();
  await using opened = await connect(
    () => {},
    resolve,
    () => {},
  );
  await opened.connection.disconnect();
  await Promise.all([opened.connection.connect(), opened.connection.connect()]);
  const socket = await first;
  socket.resume();
  await once(socket, 'end');
  expect(opened.connection.isConnected()).toBe(true);
});
