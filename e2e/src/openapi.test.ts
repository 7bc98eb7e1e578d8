import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFilledPipeline } from './support/data/filled.ts';
import { startApp } from './support/programs/programs.ts';
import { prove } from './support/programs/prove.ts';
import { waitForLog } from './support/programs/wait.ts';
import { absentKafka, absentPostgres } from './support/servers/absent.ts';
import type { Pipeline } from './support/servers/pipeline.ts';

type Content = Readonly<Record<string, { readonly schema: object }>>;
type DocumentedResponse = { readonly $ref: string } | { readonly content: Content };
type Operation = { readonly responses: Readonly<Record<string, DocumentedResponse>> };

interface Api {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, { readonly content: Content }>> };
}

const text = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
const api: Api = JSON.parse(text);
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'api', ...JSON.parse(text) });

const stack = new AsyncDisposableStack();
let pipeline: Pipeline;
/** Servers that together return every documented response. */
let urls: Readonly<Record<'works' | 'readOnly' | 'withLogin' | 'withoutKafka' | 'withoutPostgres', string>>;

beforeAll(async () => {
  pipeline = stack.use(await createFilledPipeline());
  await prove(pipeline);
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-openapi-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const logins = join(folder, 'logins');
  await writeFile(logins, 'ada:hunter2\n');
  const [works, readOnly, withLogin, withoutKafka, withoutPostgres] = await Promise.all([
    serve({}),
    serve({ STATS_READ_ONLY: 'true' }),
    serve({ STATS_BASIC_AUTH_FILE: logins }),
    serve(await absentKafka()),
    serve(await absentPostgres()),
  ]);
  urls = { works, readOnly, withLogin, withoutKafka, withoutPostgres };
}, 120_000);
afterAll(() => stack.disposeAsync());

async function serve(change: Readonly<Record<string, string>>): Promise<string> {
  const program = stack.use(startApp('stats', ['serve'], { ...pipeline.environment, ...change }));
  await waitForLog(program, /stats page http/);
  return /stats page (http:\/\/127\.0\.0\.1:\d+)/.exec(program.stderr())?.[1] ?? '';
}

interface Exchange {
  /** Method and path as in the document. */
  readonly operation: string;
  readonly server?: keyof typeof urls;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const foreignHost = { host: 'evil.example' };
const get = (path: string, change: Omit<Exchange, 'operation'> = {}): Exchange => ({
  operation: `get ${path}`,
  ...change,
});
const post = (path: string, body: object, change: Omit<Exchange, 'operation' | 'body'> = {}): Exchange => ({
  operation: `post ${path}`,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
  ...change,
});

const pages = [
  '/',
  '/dead-letters',
  '/text',
  '/api/stats',
  '/api/lag',
  '/api/minutes',
  '/api/rollups',
  '/api/proof',
  '/api/stream',
  '/api/dlq',
  '/api/dlq/export',
];
const queries = [
  ['/api/minutes', '?minutes=60'],
  ['/api/rollups', '?buckets=2'],
  ['/api/dlq', '?reason=not_an_event&limit=1&contains=a'],
  ['/api/dlq/export', '?format=csv'],
  ['/api/history', '?minutes=60'],
] as const;
const files = ['style.css', 'app.ts', 'charts/plot.ts', 'icon.svg'];
const changes = ['/api/dlq/redrive', '/api/dlq/discard'];

const exchanges: readonly Exchange[] = [
  ...pages.flatMap((path) => [
    get(path),
    get(path, { headers: foreignHost }),
    get(path, { server: 'withLogin' }),
  ]),
  ...queries.flatMap(([path, query]) => [
    get(path, { path: `${path}${query}` }),
    get(path, { path: `${path}${query}`, server: 'withoutKafka' }),
  ]),
  ...files.map((name) => get('/web/{name}', { path: `/web/${name}` })),
  get('/web/{name}', { path: '/web/nothing' }),
  get('/web/{name}', { path: '/web/style.css', server: 'withLogin' }),
  get('/web/{name}', { path: '/web/style.css', headers: foreignHost }),
  get('/api/history', { headers: foreignHost }),
  get('/api/history', { server: 'withLogin' }),
  get('/api/history'),
  get('/api/minutes', { path: '/api/minutes?minutes=0' }),
  get('/api/rollups', { path: '/api/rollups?buckets=0' }),
  ...[
    '/api/stats',
    '/api/lag',
    '/api/minutes',
    '/api/rollups',
    '/api/proof',
    '/api/dlq',
    '/text',
    '/readyz',
  ].map((path) => get(path, { server: 'withoutPostgres' })),
  get('/api/history', { path: '/api/history?minutes=60', server: 'withoutPostgres' }),
  ...['/api/stats', '/api/lag', '/readyz'].map((path) => get(path, { server: 'withoutKafka' })),
  get('/api/dlq/{id}', { path: '/api/dlq/1' }),
  get('/api/dlq/{id}', { path: '/api/dlq/999' }),
  get('/api/dlq/{id}', { path: '/api/dlq/1', server: 'withLogin' }),
  get('/api/dlq/{id}', { path: '/api/dlq/1', headers: foreignHost }),
  get('/api/dlq/{id}', { path: '/api/dlq/1', server: 'withoutPostgres' }),
  ...changes.flatMap((path) => [
    post(path, {}),
    post(path, { reason: 'not_json', until: '2026-13-01' }),
    post(path, { all: true }, { server: 'readOnly' }),
    post(path, { all: true }, { server: 'withLogin' }),
    post(path, { all: true }, { headers: {} }),
    post(path, { all: true }, { headers: { ...foreignHost, 'content-type': 'application/json' } }),
    post(path, { all: true }, { server: 'withoutPostgres' }),
  ]),
  post('/api/dlq/redrive', { ids: ['1'] }, { server: 'withoutKafka' }),
  post('/api/dlq/redrive', { ids: ['1'] }),
  post('/api/dlq/discard', { all: true, because: 'a test' }),
  get('/api/dlq/{id}', { path: '/api/dlq/1' }),
  ...(['works', 'readOnly', 'withLogin', 'withoutKafka'] as const).map((server) =>
    post('/api/what-if', { hours: 1, schemas: { signup: {} } }, { server }),
  ),
  post('/api/what-if', { hours: 0, schemas: {} }),
  post('/api/what-if', { hours: 1, schemas: { signup: { type: 'objekt' } } }),
  post('/api/what-if', {}, { headers: {} }),
  post('/api/what-if', {}, { headers: { ...foreignHost, 'content-type': 'application/json' } }),
  ...['/livez', '/readyz', '/metrics'].map((path) => get(path)),
];

interface Received {
  readonly status: string;
  readonly type: string;
  readonly body: string;
}

/** Uses `node:http`, because `fetch` overrides Host. Reads only the first chunk of an endless stream. */
async function send({ operation, server = 'works', path, headers = {}, body }: Exchange): Promise<Received> {
  const [method = '', documented = ''] = operation.split(' ');
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const outgoing = request(`${urls[server]}${path ?? documented}`, { method, headers }, async (response) => {
    const type = response.headers['content-type']?.split(';')[0] ?? '';
    const received = { status: String(response.statusCode), type };
    const chunks: Buffer[] = [];
    for await (const chunk of response) {
      chunks.push(chunk);
      if (type === 'text/event-stream') break;
    }
    resolve({ ...received, body: Buffer.concat(chunks).toString('utf8') });
  });
  outgoing.on('error', reject).end(body);
  return await promise;
}

const contentOf = (response: DocumentedResponse): Content =>
  '$ref' in response
    ? (api.components.responses[response.$ref.split('/').at(-1) ?? '']?.content ?? {})
    : response.content;

/** Pointer to the schema of a response in the document; undefined if it is not documented. */
function schemaOf({ operation }: Exchange, { status, type }: Received): string | undefined {
  const [method = '', path = ''] = operation.split(' ');
  const response = api.paths[path]?.[method]?.responses[status];
  if (response === undefined || contentOf(response)[type] === undefined) return undefined;
  const pointer =
    '$ref' in response ? response.$ref : `#/paths/${toPointer(path)}/${method}/responses/${status}`;
  return `api${pointer}/content/${toPointer(type)}/schema`;
}

const toPointer = (part: string) =>
  part.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');

/** Differences between a response and the document. */
function findErrors(exchange: Exchange, received: Received): readonly string[] {
  const schema = schemaOf(exchange, received);
  if (schema === undefined)
    return [`${received.status} ${received.type} is not documented: ${received.body.slice(0, 200)}`];
  const value = received.type === 'application/json' ? JSON.parse(received.body) : received.body;
  const isValid = ajv.getSchema(schema);
  if (isValid === undefined) return [`no schema ${schema}`];
  return isValid(value)
    ? []
    : (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test('docs/openapi.json is valid OpenAPI 3.1', async () => {
  expect(await new Validator().validate(JSON.parse(text))).toMatchObject({ valid: true });
});

test('the server returns exactly the documented responses', async () => {
  const seen = new Set<string>();
  for (const exchange of exchanges) {
    const received = await send(exchange);
    expect([exchange, findErrors(exchange, received)]).toEqual([exchange, []]);
    seen.add(`${exchange.operation} ${received.status} ${received.type}`);
  }
  expect([...seen].sort()).toEqual(documentedResponses().sort());
});

function documentedResponses(): string[] {
  return Object.entries(api.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.entries(responses).flatMap(([status, response]) =>
        Object.keys(contentOf(response)).map((type) => `${method} ${path} ${status} ${type}`),
      ),
    ),
  );
}
