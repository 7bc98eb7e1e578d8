import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';

/** A static web server; stopped on disposal. */
export interface Site extends AsyncDisposable {
  readonly url: string;
}

/** Serves the files of a folder on the loopback interface. */
export async function serveFolder(folder: string): Promise<Site> {
  const { fetch } = new Hono().use(serveStatic({ root: folder }));
  const server = createServer(getRequestListener(fetch)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
