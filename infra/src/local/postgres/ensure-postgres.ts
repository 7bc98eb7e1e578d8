import { type DatabaseUrl, type databaseSettings, toUserError } from '@pipeline/db';
import { type Settings, UserError } from '@pipeline/runtime';
import { acceptsConnections, queryVersion, speaksPostgres, startPostgresServer } from '@pipeline/servers';
import type { AvailableServer } from '../available.ts';
import { requireProtocol, requireThisMachine } from '../require-address.ts';

type DatabaseSettings = Settings<typeof databaseSettings>;

/**
 * Makes sure that a database URL works: uses a running server, or else starts one with its files in a folder.
 * @throws UserError if the address belongs to another machine or another program, the login fails, or no
 * server can be started
 */
export async function ensurePostgres(
  settings: DatabaseSettings,
  folder: string,
  signal: AbortSignal,
): Promise<AvailableServer> {
  const url = settings.DATABASE_URL;
  if (await acceptsConnections(url)) return await usePostgres(settings);
  requireThisMachine('Postgres', url, 'DATABASE_URL');
  requirePlainText(url);
  const process = await startPostgresServer({ url, folder, signal });
  return { ...(await describe(settings)), own: { folder, process } };
}

async function usePostgres(settings: DatabaseSettings): Promise<AvailableServer> {
  await requireProtocol('Postgres', settings.DATABASE_URL, 'DATABASE_URL', speaksPostgres);
  try {
    return { ...(await describe(settings)), own: undefined };
  } catch (error) {
    throw toUserError(error);
  }
}

async function describe(settings: DatabaseSettings): Promise<Pick<AvailableServer, 'address' | 'version'>> {
  return { address: hidePassword(settings.DATABASE_URL), version: (await queryVersion(settings)) ?? '' };
}

/** The URL without its password and parameters. */
function hidePassword({ text }: DatabaseUrl): string {
  const url = new URL(text);
  url.password = '';
  url.search = '';
  return url.href;
}

function requirePlainText({ sslMode }: DatabaseUrl): void {
  if (sslMode === 'disable') return;
  throw new UserError(
    'Postgres is unreachable, and a local one does not support TLS',
    'set sslmode=disable, or start the Postgres that DATABASE_URL names',
  );
}
