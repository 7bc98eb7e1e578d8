import { type DeadLetterFilter, deadLetterStatuses } from '@pipeline/db/dead-letters';
import type { EnvelopeChoice } from '@pipeline/definition';
import { readTime } from '@pipeline/program';
import type { UnknownTypes } from '@pipeline/schema';
import { Ajv } from 'ajv';
import openapi from '../../openapi.json' with { type: 'json' };
import { BadRequest } from './errors.ts';

/** The dead letters that an action applies to. */
export interface DeadLetterRequest {
  readonly filter: DeadLetterFilter;
  readonly limit: number;
  readonly because: string;
}

/** The schemas of `openapi.json` whose members an action accepts. */
export type RequestSchema = 'DeadLetterSelection' | 'DiscardRequest';

type Texts = Readonly<Record<string, string | undefined>>;

const { parameters } = openapi.components;
const isTime = (text: string) => readTime(text) !== undefined;
/** Compiles a schema on first use. */
const ajv = new Ajv({ strict: false, verbose: true, formats: { 'date-time': isTime } });
ajv.addSchema({ $id: 'api', ...openapi });

const numbers = ['limit', 'minutes', 'buckets'];

/** Reads the query of a list or an export; invalid parameters are ignored. */
export function parseQuery(query: Texts) {
  const valid: Texts = Object.fromEntries(Object.entries(query).filter((one) => isParameter(...one)));
  return {
    filter: { ...toFilter(valid), status: deadLetterStatuses.find((status) => status === valid['status']) },
    limit: Number(valid['limit'] ?? parameters.limit.schema.default),
    before: toId(valid['before']),
    format: valid['format'] === 'csv' ? ('csv' as const) : ('ndjson' as const),
  };
}

/** Reads a number in a query, which may have a default. @throws BadRequest */
export function parseNumber(query: Texts, name: 'minutes' | 'buckets'): number {
  const schema: { readonly title: string; readonly default?: number } = parameters[name].schema;
  const text = query[name] ?? schema.default?.toString();
  if (isParameter(name, text)) return Number(text);
  throw new BadRequest(`${name} must be ${schema.title}`);
}

/** Whether a parameter is valid. Numbers consist of digits; Number() would also accept "1e3". */
function isParameter(name: string, text = ''): boolean {
  const isNumber = numbers.includes(name) && /^\d+$/.test(text);
  const schema = `api#/components/parameters/${name}/schema`;
  return Object.hasOwn(parameters, name) && ajv.validate(schema, isNumber ? Number(text) : text);
}

/**
 * Reads the body of an action.
 * @throws BadRequest for an invalid member: ignoring it would select more dead letters
 */
export function parseRequest(body: unknown, schema: RequestSchema): DeadLetterRequest {
  const given = typeof body === 'object' ? { ...body } : {};
  if (!ajv.validate(`api#/components/schemas/${schema}`, given))
    throw new BadRequest(describeError('ids, a filter, or "all": true'));
  const { ids, limit }: { readonly ids?: readonly string[]; readonly limit?: number } = given;
  const texts: Texts = given;
  const [after, upTo] = [toId(texts['after']), toId(texts['upTo'])];
  return {
    filter: { ...toFilter(texts), after, upTo, ids: ids?.map(BigInt) },
    limit: limit ?? Number.POSITIVE_INFINITY,
    because: texts['because'] ?? 'no reason given',
  };
}

/** A candidate definition, and over how many hours it is compared. */
export interface WhatIfRequest {
  readonly hours: number;
  /** JSON Schemas by the names of their types. */
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly envelope?: EnvelopeChoice;
  readonly unknownTypes?: UnknownTypes;
}

/** Reads the body of a comparison. @throws BadRequest for an invalid member */
export function parseWhatIf(body: unknown): WhatIfRequest {
  const isWhatIf = (given: unknown): given is WhatIfRequest =>
    ajv.validate('api#/components/schemas/WhatIfRequest', given);
  if (isWhatIf(body)) return body;
  throw new BadRequest(describeError('hours and schemas'));
}

/** Names the first invalid member, and what is expected: the title of its schema. */
function describeError(members: string): string {
  const [error] = ajv.errors ?? [];
  const name = String(error?.params['additionalProperty'] ?? error?.instancePath.slice(1) ?? '');
  const title: unknown = error?.parentSchema?.['title'];
  if (name === '') return `expected ${members}`;
  if (title === undefined) return `"${name.slice(0, 100)}": unknown member`;
  return `"${name}": expected ${title}, got ${JSON.stringify(error?.data).slice(0, 100)}`;
}

function toFilter(given: Texts): DeadLetterFilter {
  return {
    topic: given['topic'],
    reason: given['reason'],
    eventType: given['untyped'] === undefined ? given['type'] : null,
    since: readTime(given['since'] ?? ''),
    until: readTime(given['until'] ?? ''),
    contains: given['contains'],
  };
}

const toId = (text: string | undefined) => (text === undefined ? undefined : BigInt(text));
