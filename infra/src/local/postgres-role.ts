import type { DatabaseUrl } from '@pipeline/db';

/**
 * What a stand-alone backend must run so that a URL works: its user with its password, and its database. Each line is
 * one statement; the backend goes on after one that fails, such as a database that exists.
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
