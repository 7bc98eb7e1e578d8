import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { knownSettings } from './known-settings.ts';
import { renderReferences } from './references.ts';
import { rootFolder } from './root-folder.ts';

const references = await renderReferences();

test.each(Object.entries(references))('%s matches the code', (path, text) => {
  const committed = readFileSync(join(rootFolder, path), 'utf8');
  expect(committed, `${path} is out of date: run "pnpm --filter docs generate"`).toBe(text);
});

const helps = [
  ...(references['docs/commands.md'] ?? '').matchAll(/^##+ `(.+)`\n\n```text\n([^`]+)\n```/gm),
].map(([, command = '', help = '']) => ({ command, help }));

test.each(helps)('the help of "$command" has at most 40 lines', ({ help }) => {
  expect(help.split('\n').length).toBeLessThanOrEqual(40);
});

test.each(helps)('the help of "$command" leaves settings to --help-settings', ({ help }) => {
  const flags = knownSettings().flatMap(({ settings }) => settings.map(({ name }) => flagOf(name)));
  expect(flags.filter((flag) => help.includes(`${flag} `))).toEqual([]);
});

const statsMain = join(rootFolder, 'apps/stats/src/main.ts');

test.each(['', 'verify', 'dlq redrive', 'health'])(
  '"stats %s --help-settings" names each setting once',
  async (words) => {
    const args = ['--conditions=source', statsMain, ...words.split(' ').filter(Boolean), '--help-settings'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const flags = stdout.match(/^ {2}--\S+/gm) ?? [];
    expect(flags).toContain('  --log-format');
    expect(flags.length).toBe(new Set(flags).size);
  },
);

test('"stats servr" suggests serve', async () => {
  const args = ['--conditions=source', statsMain, 'servr'];
  await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({
    code: 2,
    stderr: "error: unknown command 'servr'\n(Did you mean serve?)\n(see --help)\n",
  });
});

test('every program starts its help with examples', () => {
  const openings = references['docs/commands.md']?.match(/^## .*\n\n```text\n.*$/gm) ?? [];
  expect(openings.length).toBeGreaterThan(5);
  expect(openings.filter((opening) => !opening.endsWith('\nExamples:'))).toEqual([]);
});

test('settings have the names and defaults of the contract', () => {
  const settings = knownSettings().flatMap((group) => group.settings);
  const defaults = Object.fromEntries(settings.map(({ name, setting }) => [name, setting.shownDefault]));
  expect(defaults).toMatchObject({
    KAFKA_BROKERS: '127.0.0.1:9092',
    KAFKA_TOPIC: 'events',
    KAFKA_DLQ_TOPIC: 'events_dlq',
    KAFKA_GROUP_ID: 'events_to_postgres',
    KAFKA_GROUP_INSTANCE_ID: 'none',
    KAFKA_CLIENT_ID: "the program's name",
    KAFKA_SESSION_TIMEOUT_MS: '10000',
    KAFKA_REBALANCE_TIMEOUT_MS: '30000',
    KAFKA_SSL: 'false',
    KAFKA_SSL_CA: 'none',
    KAFKA_SSL_CERT: 'none',
    KAFKA_SSL_KEY: 'none',
    KAFKA_SASL_MECHANISM: 'none',
    KAFKA_SASL_USERNAME: 'none',
    KAFKA_SASL_PASSWORD: 'none',
    KAFKA_OAUTH_TOKEN_ENDPOINT: 'none',
    KAFKA_OAUTH_CLIENT_ID: 'none',
    KAFKA_OAUTH_CLIENT_SECRET: 'none',
    KAFKA_OAUTH_SCOPE: 'none',
    KAFKA_OAUTH_TOKEN_FILE: 'none',
    DATABASE_URL: 'postgres://app:app@127.0.0.1:5432/app',
    HTTP_HOST: '127.0.0.1',
    METRICS_PORT: expect.stringMatching(/^9464/),
    STATS_PORT: expect.stringMatching(/^3000/),
    STATS_BASE_PATH: '/',
    STATS_USER_HEADER: 'none',
    STATS_TRUSTED_PROXIES: 'loopback',
    STATS_BASIC_AUTH_FILE: 'none',
    LOG_LEVEL: 'info',
    LOG_FORMAT: 'pretty on a terminal, else json',
    DLQ_LIMIT_RATIO: '0.5',
    DLQ_LIMIT_WINDOW: '10000',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'none',
  });
  const secrets = settings.filter(({ setting }) => setting.secret).map(({ name }) => name);
  expect(secrets).toEqual([
    'KAFKA_SASL_PASSWORD',
    'KAFKA_OAUTH_CLIENT_SECRET',
    'DATABASE_URL',
    'OTEL_EXPORTER_OTLP_HEADERS',
  ]);
});

function flagOf(setting: string): string {
  return `--${setting.toLowerCase().replaceAll('_', '-')}`;
}
