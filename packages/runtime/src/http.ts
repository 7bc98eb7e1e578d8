import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Logger } from './logger.ts';
import { text } from './settings.ts';
import { UserError } from './user-error.ts';

export const httpSettings = {
  HTTP_HOST: text('127.0.0.1', 'The address that the probes, the metrics and the stats page listen on'),
};

/** A server that listens; closing it ends its connections too. */
export interface HttpServer extends AsyncDisposable {
  /** Where it answers, such as `http://127.0.0.1:9464`. */
  readonly url: string;
}

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** The port that was asked for, 0 for any free one; undefined when none was. */
  readonly port: number | undefined;
  /** Tried when none was asked for; when it is taken, any free one does. */
  readonly usualPort: number;
  /** What the setting of the port is called, for messages. */
  readonly portSetting: string;
}

/**
 * Serves an application until it is disposed of. A usual port that is taken gives way to a free one, and that is said.
 * @throws UserError when the port that was asked for is taken, or the address cannot be listened on
 */
export async function listen(app: Hono, address: ListenAddress, logger: Logger): Promise<HttpServer> {
  const { host, port, usualPort, portSetting } = address;
  try {
    return await tryListen(app, host, port ?? usualPort);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EADDRINUSE' || port !== undefined) throw listenFailure(address, code);
    const server = await tryListen(app, host, 0);
    logger.warn(`port ${usualPort} is taken: ${server.url} instead, or choose one with ${portSetting}`);
    return server;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function listenFailure({ host, port, usualPort, portSetting }: ListenAddress, code: string): UserError {
  const where = `port ${port ?? usualPort} on ${host}`;
  return code === 'EADDRINUSE'
    ? new UserError(`${where} is taken`, `choose another with ${portSetting}`)
    : new UserError(`cannot listen to ${where}: ${code}`, `check HTTP_HOST and ${portSetting}`);
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
