import { serve } from '@hono/node-server';
import { type Logger, text, UserError } from '@pipeline/runtime';
import type { Hono } from 'hono';

export const httpSettings = {
  HTTP_HOST: text('127.0.0.1', 'Listen address of the probes, metrics and stats page'),
};

/** A listening server; disposing of it closes its connections too. */
export interface HttpServer extends AsyncDisposable {
  /** Its base URL, such as `http://127.0.0.1:9464`. */
  readonly url: string;
}

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** The configured port, 0 for any free one; undefined if none is configured. */
  readonly port: number | undefined;
  /** The default port; if it is in use, any free one is chosen. */
  readonly usualPort: number;
  /** The name of the port's setting, for messages. */
  readonly portSetting: string;
}

/**
 * Serves an application until it is disposed of. If the default port is in use, a free one is chosen and
 * logged.
 * @throws UserError if the configured port is in use, or the address cannot be bound
 */
export async function listen(app: Hono, address: ListenAddress, logger: Logger): Promise<HttpServer> {
  const { host, port, usualPort, portSetting } = address;
  try {
    return await tryListen(app, host, port ?? usualPort);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EADDRINUSE' || port !== undefined) throw listenFailure(address, code);
    const server = await tryListen(app, host, 0);
    logger.warn(
      `port ${usualPort} is in use; listening on ${server.url} instead (set ${portSetting} to choose a port)`,
    );
    return server;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function listenFailure({ host, port, usualPort, portSetting }: ListenAddress, code: string): UserError {
  const where = `port ${port ?? usualPort} on ${host}`;
  return code === 'EADDRINUSE'
    ? new UserError(`${where} is in use`, `choose another with ${portSetting}`)
    : new UserError(`cannot listen on ${where}: ${code}`, `check HTTP_HOST and ${portSetting}`);
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
