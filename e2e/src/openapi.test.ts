import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { absentKafka, absentPostgres } from './support/absent.ts';
import { createFilledPipeline } from './support/filled.ts';
import type { Pipeline } from './support/pipeline.ts';
import { startApp } from './support/programs.ts';
import { waitForLog } from './support/wait.ts';

type Content = Readonly<Record<string, { readonly schema: object }>>;
type Answer = { readonly $ref: string } | { readonly content: Content };
type Operation = { readonly responses: Readonly<Record<string, Answer>> };

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
/** Servers that answer in every way that is documented. */
let urls: Readonly<Record<'works' | 'readOnly' | 'withoutKafka' | 'withoutPostgres', string>>;

beforeAll(async () => {
  pipeline = stack.use(await createFilledPipeline());
  const [works, readOnly, withoutKafka, withoutPostgres] = await Promise.all([
    serve({}),
    serve({ STATS_READ_ONLY: 'true' }),
    serve(await absentKafka()),
    serve(await absentPostgres()),
  ]);
  urls = { works, readOnly, withoutKafka, withoutPostgres };
}, 120_000);
afterAll(() => stack.disposeAsync());

async function serve(change: Readonly<Record<string, string>>): Promise<string> {
  const program = stack.use(startApp('stats', ['serve'], { ...pipeline.environment, ...change }));
  await waitForLog(program, /stats page http/);
  return /stats page (http:\/\/127\.0\.0\.1:\d+)/.exec(program.said())?.[1] ?? '';
}

interface Exchange {
  /** As the file names it. */
  readonly operation: string;
  readonly server?: keyof typeof urls;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const stranger = { host: 'evil.example' };
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
  '/api/stream',
  '/api/dlq',
  '/api/dlq/export',
];
const queries = [
  ['/api/minutes', '?minutes=60'],
  ['/api/dlq', '?reason=not_an_event&limit=1&contains=a'],
  ['/api/dlq/export', '?format=csv'],
  ['/api/history', '?minutes=60'],
] as const;
const files = ['style.css', 'app.ts', 'icon.svg'];
const changes = ['/api/dlq/redrive', '/api/dlq/discard'];

const exchanges: readonly Exchange[] = [
  ...pages.flatMap((path) => [get(path), get(path, { headers: stranger })]),
  ...queries.flatMap(([path, query]) => [
    get(path, { path: `${path}${query}` }),
    get(path, { path: `${path}${query}`, server: 'withoutKafka' }),
  ]),
  ...files.map((name) => get('/web/{name}', { path: `/web/${name}` })),
  get('/web/{name}', { path: '/web/nothing' }),
  get('/web/{name}', { path: '/web/style.css', headers: stranger }),
  get('/api/history', { headers: stranger }),
  get('/api/history'),
  get('/api/minutes', { path: '/api/minutes?minutes=0' }),
  ...['/api/stats', '/api/lag', '/api/minutes', '/api/dlq', '/text', '/readyz'].map((path) =>
    get(path, { server: 'withoutPostgres' }),
  ),
  get('/api/history', { path: '/api/history?minutes=60', server: 'withoutPostgres' }),
  ...['/api/stats', '/api/lag', '/readyz'].map((path) => get(path, { server: 'withoutKafka' })),
  get('/api/dlq/{id}', { path: '/api/dlq/1' }),
  get('/api/dlq/{id}', { path: '/api/dlq/999' }),
  get('/api/dlq/{id}', { path: '/api/dlq/1', headers: stranger }),
  get('/api/dlq/{id}', { path: '/api/dlq/1', server: 'withoutPostgres' }),
  ...changes.flatMap((path) => [
    post(path, {}),
    post(path, { reason: 'not_json', until: '2026-13-01' }),
    post(path, { all: true }, { server: 'readOnly' }),
    post(path, { all: true }, { headers: {} }),
    post(path, { all: true }, { headers: { ...stranger, 'content-type': 'application/json' } }),
    post(path, { all: true }, { server: 'withoutPostgres' }),
  ]),
  post('/api/dlq/redrive', { ids: ['1'] }, { server: 'withoutKafka' }),
  post('/api/dlq/redrive', { ids: ['1'] }),
  post('/api/dlq/discard', { all: true, because: 'a test' }),
  get('/api/dlq/{id}', { path: '/api/dlq/1' }),
  ...['/livez', '/readyz', '/metrics'].map((path) => get(path)),
];

interface Heard {
  readonly status: string;
  readonly type: string;
  readonly body: string;
}

/** `fetch` sets the Host itself. Of a stream that does not end the first part does. */
async function ask({ operation, server = 'works', path, headers = {}, body }: Exchange): Promise<Heard> {
  const [method = '', documented = ''] = operation.split(' ');
  const { promise, resolve, reject } = Promise.withResolvers<Heard>();
  const sent = request(`${urls[server]}${path ?? documented}`, { method, headers }, async (response) => {
    const type = response.headers['content-type']?.split(';')[0] ?? '';
    const heard = { status: String(response.statusCode), type };
    const chunks: Buffer[] = [];
    for await (const chunk of response) {
      chunks.push(chunk);
      if (type === 'text/event-stream') break;
    }
    resolve({ ...heard, body: Buffer.concat(chunks).toString('utf8') });
  });
  sent.on('error', reject).end(body);
  return await promise;
}

const contentOf = (answer: Answer): Content =>
  '$ref' in answer
    ? (api.components.responses[answer.$ref.split('/').at(-1) ?? '']?.content ?? {})
    : answer.content;

/** What an answer is to look like, as a pointer into the file; undefined where the file does not know such an answer. */
function schemaOf({ operation }: Exchange, { status, type }: Heard): string | undefined {
  const [method = '', path = ''] = operation.split(' ');
  const answer = api.paths[path]?.[method]?.responses[status];
  if (answer === undefined || contentOf(answer)[type] === undefined) return undefined;
  const place = '$ref' in answer ? answer.$ref : `#/paths/${toPointer(path)}/${method}/responses/${status}`;
  return `api${place}/content/${toPointer(type)}/schema`;
}

const toPointer = (part: string) =>
  part.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');

/** What is wrong with an answer, or nothing. */
function findFaults(exchange: Exchange, heard: Heard): readonly string[] {
  const schema = schemaOf(exchange, heard);
  if (schema === undefined)
    return [`${heard.status} ${heard.type} is not documented: ${heard.body.slice(0, 200)}`];
  const value = heard.type === 'application/json' ? JSON.parse(heard.body) : heard.body;
  const isValid = ajv.getSchema(schema);
  if (isValid === undefined) return [`no schema ${schema}`];
  return isValid(value)
    ? []
    : (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test('docs/openapi.json is a document of OpenAPI 3.1', async () => {
  expect(await new Validator().validate(JSON.parse(text))).toMatchObject({ valid: true });
});

test('what the server answers is what the file says, and it gives every answer of the file', async () => {
  const heard = new Set<string>();
  for (const exchange of exchanges) {
    const answer = await ask(exchange);
    expect([exchange, findFaults(exchange, answer)]).toEqual([exchange, []]);
    heard.add(`${exchange.operation} ${answer.status} ${answer.type}`);
  }
  expect([...heard].sort()).toEqual(documentedAnswers().sort());
});

function documentedAnswers(): string[] {
  return Object.entries(api.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.entries(responses).flatMap(([status, answer]) =>
        Object.keys(contentOf(answer)).map((type) => `${method} ${path} ${status} ${type}`),
      ),
    ),
  );
}
