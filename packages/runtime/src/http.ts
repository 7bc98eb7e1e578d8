import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import { Failure } from './failure.ts';

/** A server that listens; closing it ends its connections too. */
export interface HttpServer extends AsyncDisposable {
  /** Where it answers, such as `http://127.0.0.1:9464`. */
  readonly url: string;
}

/** Where to listen: port 0 means any free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** What the setting of the port is called, for the message when it is taken. */
  readonly portSetting: string;
  /** A default that is taken gives way to any free port; a port that was asked for does not. */
  readonly portIsDefault: boolean;
}

/**
 * Serves an application until it is disposed of.
 * @throws Failure when the port that was asked for is taken.
 */
export async function listen(app: Hono, address: ListenAddress): Promise<HttpServer> {
  try {
    return await tryListen(app, address.host, address.port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (address.portIsDefault) return await tryListen(app, address.host, 0);
    throw new Failure(
      `port ${address.port} on ${address.host} is taken`,
      `choose another with ${address.portSetting}`,
    );
  }
}

async function tryListen(app: Hono, hostname: string, port: number): Promise<HttpServer> {
  const { promise: listening, resolve, reject } = Promise.withResolvers<number>();
  const server = serve({ fetch: app.fetch, hostname, port }, (info) => resolve(info.port));
  server.once('error', reject);
  const url = `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${await listening}`;
  return { url, [Symbol.asyncDispose]: () => close(server) };
}

async function close(server: ReturnType<typeof serve>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  if ('closeAllConnections' in server) server.closeAllConnections();
  await promise;
}
