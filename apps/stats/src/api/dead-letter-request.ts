import { type DeadLetterFilter, deadLetterStatuses } from '@pipeline/db';
import { readTime } from '../read-time.ts';

/** Which letters a page of the list shows. */
export interface DeadLetterQuery {
  readonly filter: DeadLetterFilter;
  readonly limit: number;
  readonly before: bigint | undefined;
}

/** Which letters something is to be done about. */
export interface DeadLetterRequest {
  readonly filter: DeadLetterFilter;
  readonly limit: number;
  readonly because: string;
}

/** Why a body is not a request. */
export interface BadRequest {
  readonly problem: string;
}

const PAGE = 50;
const MOST = 500;
const MOST_CHARACTERS = 1_000;
const id = /^[1-9]\d{0,17}$/;

/** Reads the query of a list; what makes no sense counts as not said. */
export function parseQuery(query: Readonly<Record<string, string>>): DeadLetterQuery {
  const limit = Number(query['limit'] ?? PAGE);
  return {
    filter: filterFrom(query),
    limit: Number.isInteger(limit) && limit > 0 && limit <= MOST ? limit : PAGE,
    before: idOf(query['before']),
  };
}

/**
 * Reads the body of a request. What cannot be read is not passed over: more letters would be meant than somebody said.
 * @param foreign members that another request has
 */
export function parseRequest(body: unknown, foreign: readonly string[] = []): DeadLetterRequest | BadRequest {
  const said: Readonly<Record<string, unknown>> = typeof body === 'object' ? { ...body } : {};
  const problem = Object.entries(said)
    .map((member) => errorMessage(member, foreign))
    .find((one) => one !== undefined);
  if (problem !== undefined) return { problem };
  const { status: _, ...filter } = filterFrom(said);
  const ids = idsOf(said['ids']);
  const isChosen =
    ids !== undefined || said['all'] === true || Object.values(filter).some((one) => one !== undefined);
  if (!isChosen) return { problem: 'expected ids, a filter, or "all": true' };
  return {
    filter: { ...filter, after: boundOf(said['after']), upTo: boundOf(said['upTo']), ids },
    limit: limitOf(said['limit']) ?? Number.POSITIVE_INFINITY,
    because: textOf(said['because']) ?? 'no reason given',
  };
}

/** What a body may have: how it is read, undefined when it makes no sense, and what is expected. */
const members = new Map<string, readonly [read: (value: unknown) => unknown, expected: string]>([
  ['ids', [idsOf, 'a list of ids']],
  ['all', [(value) => value === true || undefined, 'true']],
  ['reason', [textOf, 'a text of at most 1,000 characters']],
  ['type', [textOf, 'a text of at most 1,000 characters']],
  ['untyped', [() => true, 'anything']],
  ['since', [timeOf, 'a time such as "2026-11-25T08:00:00Z"']],
  ['until', [timeOf, 'a time such as "2026-11-25T08:00:00Z"']],
  ['contains', [textOf, 'a text of at most 1,000 characters']],
  ['after', [boundOf, 'an id such as "7"']],
  ['upTo', [boundOf, 'an id such as "7"']],
  ['limit', [limitOf, 'a whole number above 0']],
  ['because', [textOf, 'a text of at most 1,000 characters']],
]);

function errorMessage(
  [name, value]: readonly [string, unknown],
  foreign: readonly string[],
): string | undefined {
  const member = foreign.includes(name) ? undefined : members.get(name);
  if (member === undefined) return `"${name.slice(0, 100)}" is not known here`;
  const [read, expected] = member;
  const isRead = read(value) !== undefined;
  return isRead ? undefined : `"${name}": expected ${expected}, not ${JSON.stringify(value).slice(0, 100)}`;
}

function filterFrom(said: Readonly<Record<string, unknown>>): DeadLetterFilter {
  return {
    reason: textOf(said['reason']),
    eventType: said['untyped'] === undefined ? textOf(said['type']) : null,
    status: deadLetterStatuses.find((status) => status === said['status']),
    since: timeOf(said['since']),
    until: timeOf(said['until']),
    contains: textOf(said['contains']),
  };
}

function textOf(value: unknown): string | undefined {
  const isText = typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS;
  // A text of Postgres has no NUL.
  return isText && !value.includes('\0') ? value : undefined;
}

function idsOf(value: unknown): readonly bigint[] | undefined {
  const ids = Array.isArray(value) ? value.map(String) : undefined;
  return ids?.every((one) => id.test(one)) ? ids.map(BigInt) : undefined;
}

function limitOf(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) > 0 ? Number(value) : undefined;
}

/** A letter's id, or the 0 before all. */
function boundOf(value: unknown): bigint | undefined {
  return value === '0' ? 0n : idOf(value);
}

function idOf(value: unknown): bigint | undefined {
  return typeof value === 'string' && id.test(value) ? BigInt(value) : undefined;
}

function timeOf(value: unknown): Date | undefined {
  return typeof value === 'string' ? readTime(value) : undefined;
}
