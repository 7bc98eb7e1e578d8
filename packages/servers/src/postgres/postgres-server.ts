import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseUrl } from '@pipeline/db';
import { until } from '../poll-until.ts';
import { type GuardedProcess, startGuarded } from '../process/guarded.ts';
import { run } from '../run.ts';
import { waitUntilReady } from '../server.ts';
import { postgresAccount } from './postgres-account.ts';
import { findPostgresBinaries, postgresVersion } from './postgres-binaries.ts';
import { ensurePostgresData, removeStalePid, writeAccessRules } from './postgres-data.ts';
import { acceptsQueries } from './postgres-ready.ts';
import { roleStatements } from './postgres-role.ts';

/** A Postgres on this machine: its URL and its folder. */
export interface PostgresServerOptions {
  /** A major version; defaults to `postgresVersion`. */
  readonly version?: string | undefined;
  readonly url: DatabaseUrl;
  /** Created if missing; contains the data and the server's log. */
  readonly folder: string;
  /** Server settings, such as `fsync=off`. */
  readonly parameters?: readonly string[];
  /** Aborts the start. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts Postgres with the URL's user, password and database, and creates its data folder if missing;
 * resolves once the URL works.
 * @throws UserError if it cannot be started; the signal's reason once it is aborted
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<GuardedProcess> {
  const { version = postgresVersion, url, folder, signal } = options;
  const { initdb, postgres } = await findPostgresBinaries(version);
  const account = postgresAccount();
  const dataFolder = join(folder, 'data');
  const logPath = join(folder, 'postgres.log');
  await mkdir(folder, { recursive: true });
  await ensurePostgresData(initdb, dataFolder, account);
  await removeStalePid(dataFolder);
  await writeAccessRules(dataFolder, url.password !== '');
  await onceUnused(
    () => run([postgres, '--single', '-D', dataFolder, 'postgres'], { account, input: roleStatements(url) }),
    signal,
  );
  const command = [postgres, '-D', dataFolder, ...serverFlags(options)];
  // SIGINT is the "fast" shutdown; SIGTERM waits until all clients have disconnected.
  const server = await startGuarded(command, { logPath, account, stopSignal: 'SIGINT' });
  await waitUntilReady('Postgres', server, logPath, () => acceptsQueries(url), signal);
  return server;
}

/** How long the processes of a killed server may take to notice that they are orphans. */
const ORPHANS_MS = 10_000;

/** Postgres refuses data that a process of an earlier, killed server still uses; those processes end soon. */
async function onceUnused(start: () => Promise<unknown>, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + ORPHANS_MS;
  const isStarted = () =>
    start().then(
      () => true,
      (error: unknown) => {
        if (Date.now() > deadline || !/old server processes/.test(String(error))) throw error;
        return false;
      },
    );
  await until(isStarted, signal);
}

function serverFlags({ url, parameters = [] }: PostgresServerOptions): readonly string[] {
  const settings = [
    `listen_addresses=${url.host}`,
    `port=${url.port}`,
    'unix_socket_directories=',
    'max_connections=200',
    // Details and statements would write user data to the log.
    'log_error_verbosity=terse',
    'log_min_error_statement=panic',
    'log_checkpoints=off',
    ...parameters,
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}
