import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { connectDatabase, databaseSettings, toUserError } from '@pipeline/db';
import { readSettings, SettingsError, UserError } from '@pipeline/runtime';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { rootFolder } from './support/programs/binaries.ts';
import { type SecuredPostgres, startSecuredPostgres } from './support/servers/secured-postgres.ts';

/** A row of the documented table. */
interface Provider {
  readonly name: string;
  readonly url: string;
  readonly ca: string;
  /** What must be added, in this order: `NAME=VALUE` of the URL, or of the environment. */
  readonly additions: readonly string[];
}

const page = readFileSync(join(rootFolder, 'docs/platforms/postgres.md'), 'utf8');
const rows = [...page.matchAll(/^\| ([\w ]+) \| `(postgres\S+)` \| (.+?) \| (.*?) ?\|$/gm)];
const providers: readonly Provider[] = rows.map(([, name = '', url = '', ca = '', add = '']) => {
  const additions = [...add.matchAll(/`(\w+=\S+)`/g)].map(([, addition = '']) => addition);
  return { name, url, ca, additions };
});
const connecting = providers.filter(({ ca }) => ca !== 'none');

let postgres: SecuredPostgres;
const known = getCACertificates('default');

beforeAll(async () => {
  const hosts = providers.map(({ url }) => new URL(url).hostname).filter((host) => isIP(host) === 0);
  postgres = await startSecuredPostgres(hosts);
  await postgres.useCertificate('good');
  const { lookup } = dns;
  const toLoopback = (_host: string, ...rest: unknown[]) =>
    Reflect.apply(lookup, dns, ['127.0.0.1', ...rest]);
  vi.spyOn(dns, 'lookup').mockImplementation(toLoopback as typeof lookup);
});

afterEach(() => setDefaultCACertificates(known));

afterAll(async () => {
  vi.restoreAllMocks();
  await postgres?.[Symbol.asyncDispose]();
});

test('each provider has a row', () => {
  expect(providers.length).toBe(11);
});

test.each(connecting)('$name: errors name each addition, with which the URL connects', async (provider) => {
  if (provider.ca === 'public') setDefaultCACertificates([readFileSync(postgres.pem.ca, 'utf8')]);
  for (const [at, addition] of provider.additions.entries()) {
    const line = await connect(provider.url, provider.additions.slice(0, at));
    expect(line.split('\n')).toHaveLength(1);
    expect(line).toContain(addition.replace(/=PATH$/, ''));
  }
  expect(await connect(provider.url, provider.additions)).toBe('connected');
});

test('Heroku: the error explains that the server cannot be verified, and what to do', async () => {
  const [heroku] = providers.filter(({ name }) => name === 'Heroku');
  const line = await connect(heroku?.url ?? '', []);
  expect(line).toMatch(/certificate .* not signed .*; Heroku signs with no CA: .* sslmode=disable there$/);
});

/** `connected`, or what a program prints. */
async function connect(url: string, additions: readonly string[]): Promise<string> {
  const [parameters, variables] = [true, false].map((isOfUrl) =>
    additions.filter((one) => one.startsWith('ssl') === isOfUrl).map((one) => one.split('=')),
  );
  const environment = { DATABASE_URL: adapt(url, parameters), ...Object.fromEntries(variables ?? []) };
  try {
    const settings = readSettings(databaseSettings, environment);
    await using database = connectDatabase(settings, { applicationName: 'test', connections: 1 });
    await database.run((sql) => sql`select 1`);
    return 'connected';
  } catch (error) {
    return linesOf(toUserError(error));
  }
}

function linesOf(error: unknown): string {
  if (error instanceof SettingsError) return error.problems.join('\n');
  return error instanceof UserError ? `${error.message}; ${error.remedy}` : String(error);
}

/** The URL with port, database and credentials of the private server; an address is that of the loopback. */
function adapt(url: string, parameters: readonly string[][] = []): string {
  const { port, username, password, pathname, hostname } = new URL(postgres.url);
  const adapted = new URL(url);
  Object.assign(adapted, { port, username, password, pathname });
  if (isIP(adapted.hostname) > 0) adapted.hostname = hostname;
  for (const [name = '', value = ''] of parameters) adapted.searchParams.set(name, value);
  return adapted.href.replace('sslrootcert=PATH', `sslrootcert=${postgres.pem.ca}`);
}
