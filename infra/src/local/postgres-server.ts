import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseUrl } from '@pipeline/db';
import { type GuardedProcess, startGuarded } from '../process/guarded.ts';
import { until } from './poll-until.ts';
import { postgresAccount } from './postgres-account.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { ensurePostgresData, removeStalePid, writeAccessRules } from './postgres-data.ts';
import { acceptsQueries } from './postgres-ready.ts';
import { roleStatements } from './postgres-role.ts';
import { run } from './run.ts';
import { waitUntilReady } from './server.ts';

/** A Postgres of this machine: who may ask it what, and the folder that holds all of it. */
export interface PostgresServerOptions {
  readonly url: DatabaseUrl;
  /** Made when it is missing; holds the data and the server's log. */
  readonly folder: string;
  /** Settings of the server, such as `fsync=off`. */
  readonly parameters?: readonly string[];
  /** Ends the start. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts Postgres on data that is made when it is missing, with the URL's user, password and database; resolves once
 * the URL works.
 * @throws UserError when it cannot be started; the signal's reason when that is aborted
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<GuardedProcess> {
  const { url, folder, signal } = options;
  const { initdb, postgres } = await findPostgresBinaries();
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
  // SIGINT is Postgres's "fast" shutdown; SIGTERM would wait for every client to leave.
  const server = await startGuarded(command, { logPath, account, stopSignal: 'SIGINT' });
  await waitUntilReady('Postgres', server, logPath, () => acceptsQueries(url), signal);
  return server;
}

/** How long a killed server's last processes may take to notice that they are orphans. */
const ORPHANS_MS = 10_000;

/** Postgres leaves data alone that a process of an earlier server still uses, which a killed one leaves for a moment. */
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
    // A detail or a statement would carry rows of the user's into the log.
    'log_error_verbosity=terse',
    'log_min_error_statement=panic',
    'log_checkpoints=off',
    ...parameters,
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}
