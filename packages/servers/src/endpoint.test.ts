import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import {
  acceptsConnections,
  findFreePort,
  formatEndpoint,
  isThisMachine,
  parseEndpoint,
} from './endpoint.ts';
import { findPortOwner } from './find-port-owner.ts';
import { speaksKafka, speaksPostgres } from './protocol.ts';

test.each(['127.0.0.1:9092', 'localhost:1', '[::1]:65535'])(
  '%s is the same after parsing and formatting',
  (text) => {
    expect(formatEndpoint(parseEndpoint(text))).toBe(text);
  },
);

test('loopback addresses are this machine, other hosts are not', () => {
  expect(['localhost', '127.0.0.1', '127.1.2.3', '::1'].every(isThisMachine)).toBe(true);
  expect(['kafka.example.com', '192.0.2.1'].some(isThisMachine)).toBe(false);
});

test('a free port accepts no connections', async () => {
  const port = await findFreePort();
  expect(await acceptsConnections({ host: '127.0.0.1', port })).toBe(false);
});

test('another program on a port is neither Kafka nor Postgres and is named', async () => {
  const server = createServer((socket) =>
    socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = { host: '127.0.0.1', port: (server.address() as { readonly port: number }).port };
  expect(await acceptsConnections(endpoint)).toBe(true);
  expect(await speaksKafka(endpoint)).toBe(false);
  expect(await speaksPostgres(endpoint)).toBe(false);
  expect(await findPortOwner(endpoint.port)).toContain(`process ${process.pid}`);
  server.close();
});
