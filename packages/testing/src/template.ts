import { randomBytes } from 'node:crypto';
import { connectDatabase, type Database, databaseSettings, migrate } from '@pipeline/db';
import { readSettings, type Settings } from '@pipeline/runtime';

/** The settings for a URL; `name` replaces the URL's database. */
export function settingsFor(url: string, name?: string): Settings<typeof databaseSettings> {
  return readSettings(databaseSettings, { DATABASE_URL: name === undefined ? url : urlOf(url, name) });
}

/** The URL of another database on the same server. */
function urlOf(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

/**
 * Creates a database with empty tables, because copying it is cheaper than migrating again. Returns its name.
 */
export async function createTemplate(postgresUrl: string): Promise<string> {
  const name = freshName('template');
  // Events are UTF-8; the server's default encoding may be another one.
  const statement = `create database ${name} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`;
  await onServer(postgresUrl, (server) => server.run((sql) => sql.unsafe(statement)));
  await migrate(settingsFor(postgresUrl, name));
  return name;
}

/** Creates a copy of a template; returns its URL. */
export async function copyTemplate(postgresUrl: string, template: string): Promise<string> {
  const name = freshName('test');
  const statement = `create database ${name} template ${template}`;
  await onServer(postgresUrl, (server) => server.run((sql) => sql.unsafe(statement)));
  return urlOf(postgresUrl, name);
}

/** A unique name that is valid in SQL and as a topic. */
export function freshName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

async function onServer(url: string, work: (server: Database) => Promise<unknown>): Promise<void> {
  await using server = connectDatabase(settingsFor(url), { applicationName: 'testing', connections: 1 });
  await work(server);
}
