import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, postgresAccount, startGuarded } from '@pipeline/servers';
import { waitUntil } from '../programs/wait.ts';

const binary = ['/usr/sbin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(
  (path) => existsSync(path),
);

/** The reason why PgBouncer is not available; undefined if it is. */
export const noPgbouncer =
  binary === undefined ? 'PgBouncer is not installed: apt-get install pgbouncer' : undefined;

/** A PgBouncer in transaction mode. */
export interface Pgbouncer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts PgBouncer in front of a Postgres.
 * @param server URL of the Postgres
 * @param users names and passwords, the same in PgBouncer and Postgres
 * @param connections maximum number of Postgres connections per user
 */
export async function startPgbouncer(
  server: URL,
  users: Readonly<Record<string, string>>,
  connections: number,
): Promise<Pgbouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-pgbouncer-'));
  const port = await findFreePort();
  const userlist = join(folder, 'userlist.txt');
  const settings = join(folder, 'pgbouncer.ini');
  await writeFile(userlist, toUserList(users));
  await writeFile(settings, toSettings(server, port, userlist, connections));
  // PgBouncer refuses to run as root, as Postgres does; its account must be able to read the files.
  await chmod(folder, 0o755);
  const options = {
    logPath: join(folder, 'pgbouncer.log'),
    account: postgresAccount(),
    stopSignal: 'SIGINT',
  } as const;
  const started = await startGuarded([binary ?? '', settings], options);
  await waitUntil(() => accepts(port));
  return {
    port,
    async [Symbol.asyncDispose]() {
      await started.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function toUserList(users: Readonly<Record<string, string>>): string {
  return Object.entries(users)
    .map(([name, password]) => `"${name}" "${password}"\n`)
    .join('');
}

function toSettings(server: URL, port: number, userlist: string, connections: number): string {
  return `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${userlist}
pool_mode = transaction
default_pool_size = ${connections}
`;
}

async function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
  const accepted = await promise;
  socket.destroy();
  return accepted;
}
