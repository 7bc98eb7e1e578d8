import { type DatabaseUrl, databaseFailure } from '@pipeline/db';
import { Failure } from '@pipeline/runtime';
import type { AvailableServer } from './available.ts';
import { acceptsConnections } from './endpoint.ts';
import { askVersion } from './postgres-ready.ts';
import { startPostgresServer } from './postgres-server.ts';
import { speaksPostgres } from './protocol.ts';
import { requireProtocol, requireThisMachine } from './require-address.ts';

/**
 * Makes sure that a database URL works: uses what answers there, else starts a server in a folder.
 * @throws Failure when the address is another machine's, is held by something else, refuses the user, or nothing can
 * be started
 */
export async function ensurePostgres(
  url: DatabaseUrl,
  folder: string,
  signal: AbortSignal,
): Promise<AvailableServer> {
  if (await acceptsConnections(url)) return await usePostgres(url);
  requireThisMachine('Postgres', url, 'DATABASE_URL');
  requirePlainText(url);
  const process = await startPostgresServer({ url, folder, signal });
  return { ...(await describe(url)), own: { folder, process } };
}

async function usePostgres(url: DatabaseUrl): Promise<AvailableServer> {
  await requireProtocol('Postgres', url, 'DATABASE_URL', speaksPostgres);
  try {
    return { ...(await describe(url)), own: undefined };
  } catch (error) {
    throw databaseFailure(error);
  }
}

async function describe(url: DatabaseUrl): Promise<Pick<AvailableServer, 'address' | 'version'>> {
  return { address: hidePassword(url), version: (await askVersion(url)) ?? '' };
}

/** The URL without its password and its options. */
function hidePassword({ text }: DatabaseUrl): string {
  const url = new URL(text);
  url.password = '';
  url.search = '';
  return url.href;
}

function requirePlainText({ sslMode }: DatabaseUrl): void {
  if (sslMode === 'disable') return;
  throw new Failure(
    'no Postgres answers, and a local one knows no TLS',
    'say sslmode=disable, or start the Postgres that DATABASE_URL names',
  );
}
