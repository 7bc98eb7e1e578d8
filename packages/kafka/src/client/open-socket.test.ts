import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openSocket } from './open-socket.ts';

/** A socket to a server that sends these pieces, in hexadecimal, and the data that it has emitted. */
async function receive(...pieces: readonly string[]) {
  const server = createServer(async (peer) => {
    for (const piece of pieces) {
      peer.write(Buffer.from(piece, 'hex'));
      await setTimeout(5);
    }
    peer.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const emitted: string[] = [];
  const socket = openSocket({ host: '127.0.0.1', port, ssl: null, onConnect: () => {} });
  socket.on('data', (response: Buffer) => emitted.push(response.toString('hex')));
  return { socket, emitted, [Symbol.asyncDispose]: async () => void server.close() };
}

test('a socket emits each response as a whole, then its end', async () => {
  await using received = await receive('00000002aa', 'bb00000001cc0000', '0003ddeeff');
  await once(received.socket, 'end');
  expect(received.emitted).toEqual(['00000002aabb', '00000001cc', '00000003ddeeff']);
});

test('a server that does not speak the Kafka protocol is detected at once', async () => {
  await using received = await receive(Buffer.from('HTTP/1.1 400 Bad Request').toString('hex'));
  const [error] = await once(received.socket, 'error').catch((reason: unknown) => [reason]);
  expect(String(error)).toContain('this is not the Kafka protocol');
});

test('an error of a listener is an error of the socket, not an uncaught exception', async () => {
  await using received = await receive('00000001aa');
  received.socket.on('data', () => {
    throw new RangeError('too short');
  });
  const [error] = await once(received.socket, 'error').catch((reason: unknown) => [reason]);
  expect(String(error)).toContain('too short');
});
