import { type LetterFilter, letterStatuses } from '@pipeline/db';

/** Which letters a page of the list shows. */
export interface LetterQuery {
  readonly filter: LetterFilter;
  readonly limit: number;
  readonly before: bigint | undefined;
}

/** Which letters something is to be done about. */
export interface LetterRequest {
  readonly filter: LetterFilter;
  readonly limit: number;
  readonly because: string;
}

const PAGE = 50;
const MOST = 500;
const id = /^[1-9]\d{0,17}$/;

/** Reads the query of a list; what makes no sense counts as not said. */
export function parseQuery(query: Readonly<Record<string, string>>): LetterQuery {
  const limit = Number(query['limit'] ?? PAGE);
  return {
    filter: filterFrom(query),
    limit: Number.isInteger(limit) && limit > 0 && limit <= MOST ? limit : PAGE,
    before: idOf(query['before']),
  };
}

/** Reads the body of a request; undefined when it does not say which letters are meant. */
export function parseRequest(body: unknown): LetterRequest | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const said: Readonly<Record<string, unknown>> = { ...body };
  const ids = Array.isArray(said['ids']) ? said['ids'].map(String) : undefined;
  if (ids?.some((one) => !id.test(one))) return undefined;
  const { status: _, ...filter } = filterFrom(said);
  const bounds = { after: idOf(said['after']), upTo: idOf(said['upTo']) };
  const isChosen =
    ids !== undefined || said['all'] === true || Object.values(filter).some((one) => one !== undefined);
  if (!isChosen) return undefined;
  const limit = typeof said['limit'] === 'number' ? said['limit'] : Number.POSITIVE_INFINITY;
  return {
    filter: { ...filter, ...bounds, ids: ids?.map(BigInt) },
    limit,
    because: textOf(said['because']) ?? 'no reason given',
  };
}

function filterFrom(said: Readonly<Record<string, unknown>>): LetterFilter {
  return {
    reason: textOf(said['reason']),
    eventType: said['untyped'] === undefined ? textOf(said['type']) : null,
    status: letterStatuses.find((status) => status === said['status']),
    since: timeOf(said['since']),
    until: timeOf(said['until']),
    contains: textOf(said['contains']),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 1_000).replaceAll('\0', '') : undefined;
}

function idOf(value: unknown): bigint | undefined {
  return typeof value === 'string' && id.test(value) ? BigInt(value) : undefined;
}

function timeOf(value: unknown): Date | undefined {
  const time = new Date(typeof value === 'string' ? value : '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}
