import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDatabase, type Database } from '@pipeline/db';
import { settingsFor, startPrivatePostgres } from '@pipeline/testing';
import { waitUntil } from '../programs/wait.ts';
import { createAuthority, createPemFolder, type PemFolder } from './certificates.ts';

/** A server certificate: `good` is for the hosts of the server. */
type ServerCertificate = 'good' | 'expired' | 'localhost-only';

/** A private Postgres, initially without TLS. */
export interface SecuredPostgres extends AsyncDisposable {
  /** URL of its superuser. */
  readonly url: string;
  readonly owner: Database;
  /** Paths of CA certificates: the one that signed the server certificates, and another one. */
  readonly pem: { readonly ca: string; readonly otherCa: string };
  /** Enables TLS with this certificate, for new connections. */
  useCertificate(certificate: ServerCertificate): Promise<void>;
  /** Rejects new connections without TLS. */
  requireTls(): Promise<void>;
}

/** Starts it with new certificates. @param hosts the names and addresses of the good one */
export async function startSecuredPostgres(hosts = ['127.0.0.1', 'localhost']): Promise<SecuredPostgres> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createPemFolder());
  const server = stack.use(await startPrivatePostgres(['fsync=off']));
  const options = { applicationName: 'owner', connections: 1 };
  const owner = stack.use(connectDatabase(settingsFor(server.address), options));
  const files = await writeCertificates(folder, hosts);
  const started = stack.move();
  return {
    url: server.address,
    owner,
    pem: { ca: files.ca, otherCa: files.otherCa },
    async useCertificate(certificate) {
      await configure(owner, { ssl_cert_file: files[certificate], ssl_key_file: files.key, ssl: 'on' });
    },
    async requireTls() {
      const rule = 'hostssl all all 127.0.0.1/32 scram-sha-256\n';
      await writeFile(join(server.folder, 'data/pg_hba.conf'), rule);
      await configure(owner, {});
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function writeCertificates(folder: PemFolder, hosts: readonly string[]) {
  const authority = await createAuthority('test CA');
  const good = await authority.issue('postgres', { hosts });
  const expired = await authority.issue('postgres', { hosts, expired: true });
  const localhostOnly = await authority.issue('postgres', { hosts: ['localhost'] });
  const key = await folder.write('server.key', good.key);
  await chmod(key, 0o600);
  return {
    key,
    good: await folder.write('good.pem', good.certificate),
    expired: await folder.write('expired.pem', expired.certificate),
    'localhost-only': await folder.write('localhost-only.pem', localhostOnly.certificate),
    ca: await folder.write('ca.pem', authority.certificate),
    otherCa: await folder.write('other-ca.pem', (await createAuthority('another CA')).certificate),
  };
}

/** Changes settings of the running server, and waits until new connections use them. */
async function configure(owner: Database, settings: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(settings))
    await owner.run((sql) => sql.unsafe(`alter system set ${name} = '${value}'`));
  const [before] = await owner.run((sql) => sql<{ at: string }[]>`select pg_conf_load_time()::text as at`);
  await owner.run((sql) => sql`select pg_reload_conf()`);
  await waitUntil(async () => {
    const [now] = await owner.run((sql) => sql<{ at: string }[]>`select pg_conf_load_time()::text as at`);
    return now?.at !== before?.at;
  });
}
