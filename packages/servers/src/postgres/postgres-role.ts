import type { DatabaseUrl } from '@pipeline/db';

/**
 * Statements for a single-user backend that create the user, password and database of a URL, one per line.
 * The backend continues after a statement that fails, for example because the database exists.
 */
export function roleStatements({ user, password, database }: DatabaseUrl): string {
  const name = quoteName(user);
  const secret = password === '' ? 'null' : quoteText(password);
  return [
    `create role ${name};`,
    `alter role ${name} superuser login password ${secret};`,
    `create database ${quoteName(database)} owner ${name};`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quoteText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
