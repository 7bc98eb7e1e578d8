import { type DeadLetterFilter, deadLetterStatuses } from '@pipeline/db/dead-letters';
import { readTime } from '../terminal/read-time.ts';

/** The dead letters that a page of the list shows. */
export interface DeadLetterQuery {
  readonly filter: DeadLetterFilter;
  readonly limit: number;
  readonly before: bigint | undefined;
}

/** The dead letters that an action applies to. */
export interface DeadLetterRequest {
  readonly filter: DeadLetterFilter;
  readonly limit: number;
  readonly because: string;
}

/** Why a body was rejected. */
export interface BadRequest {
  readonly problem: string;
}

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 500;
const MAX_CHARACTERS = 1_000;
const id = /^[1-9]\d{0,17}$/;

/** Reads the query of a list; invalid parameters are ignored. */
export function parseQuery(query: Readonly<Record<string, string>>): DeadLetterQuery {
  const limit = Number(query['limit'] ?? DEFAULT_PAGE_SIZE);
  return {
    filter: filterFrom(query),
    limit: Number.isInteger(limit) && limit > 0 && limit <= MAX_PAGE_SIZE ? limit : DEFAULT_PAGE_SIZE,
    before: idOf(query['before']),
  };
}

/**
 * Reads the body of an action. An invalid member is an error: ignoring it would select more dead letters.
 * @param disallowed members that only other actions have
 */
export function parseRequest(
  body: unknown,
  disallowed: readonly string[] = [],
): DeadLetterRequest | BadRequest {
  const given: Readonly<Record<string, unknown>> = typeof body === 'object' ? { ...body } : {};
  const problem = Object.entries(given)
    .map((member) => findProblem(member, disallowed))
    .find((one) => one !== undefined);
  if (problem !== undefined) return { problem };
  const { status: _, ...filter } = filterFrom(given);
  const ids = idsOf(given['ids']);
  const isSelective =
    ids !== undefined || given['all'] === true || Object.values(filter).some((one) => one !== undefined);
  if (!isSelective) return { problem: 'expected ids, a filter, or "all": true' };
  return {
    filter: { ...filter, after: boundOf(given['after']), upTo: boundOf(given['upTo']), ids },
    limit: limitOf(given['limit']) ?? Number.POSITIVE_INFINITY,
    because: textOf(given['because']) ?? 'no reason given',
  };
}

/** The members of a body: how each is read (undefined if invalid), and what is expected. */
const members = new Map<string, readonly [read: (value: unknown) => unknown, expected: string]>([
  ['ids', [idsOf, 'a list of ids']],
  ['all', [(value) => value === true || undefined, 'true']],
  ['reason', [textOf, 'a text of at most 1,000 characters']],
  ['type', [textOf, 'a text of at most 1,000 characters']],
  ['untyped', [() => true, 'any value']],
  ['since', [timeOf, 'a time such as "2026-11-25T08:00:00Z"']],
  ['until', [timeOf, 'a time such as "2026-11-25T08:00:00Z"']],
  ['contains', [textOf, 'a text of at most 1,000 characters']],
  ['after', [boundOf, 'an id such as "7"']],
  ['upTo', [boundOf, 'an id such as "7"']],
  ['limit', [limitOf, 'a whole number above 0']],
  ['because', [textOf, 'a text of at most 1,000 characters']],
]);

function findProblem(
  [name, value]: readonly [string, unknown],
  disallowed: readonly string[],
): string | undefined {
  const member = disallowed.includes(name) ? undefined : members.get(name);
  if (member === undefined) return `"${name.slice(0, 100)}": unknown member`;
  const [read, expected] = member;
  const isValid = read(value) !== undefined;
  return isValid ? undefined : `"${name}": expected ${expected}, got ${JSON.stringify(value).slice(0, 100)}`;
}

function filterFrom(given: Readonly<Record<string, unknown>>): DeadLetterFilter {
  return {
    reason: textOf(given['reason']),
    eventType: given['untyped'] === undefined ? textOf(given['type']) : null,
    status: deadLetterStatuses.find((status) => status === given['status']),
    since: timeOf(given['since']),
    until: timeOf(given['until']),
    contains: textOf(given['contains']),
  };
}

function textOf(value: unknown): string | undefined {
  const isText = typeof value === 'string' && value !== '' && value.length <= MAX_CHARACTERS;
  // Postgres cannot store NUL in a text.
  return isText && !value.includes('\0') ? value : undefined;
}

function idsOf(value: unknown): readonly bigint[] | undefined {
  const ids = Array.isArray(value) ? value.map(String) : undefined;
  return ids?.every((one) => id.test(one)) ? ids.map(BigInt) : undefined;
}

function limitOf(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) > 0 ? Number(value) : undefined;
}

/** The id of a dead letter, or 0, which is before all. */
function boundOf(value: unknown): bigint | undefined {
  return value === '0' ? 0n : idOf(value);
}

function idOf(value: unknown): bigint | undefined {
  return typeof value === 'string' && id.test(value) ? BigInt(value) : undefined;
}

function timeOf(value: unknown): Date | undefined {
  return typeof value === 'string' ? readTime(value) : undefined;
}
