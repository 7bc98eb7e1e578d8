import { compileDefinition } from '@pipeline/definition';
import type { DecodeLimits } from '@pipeline/kafka';
import type { FindInvalid } from '@pipeline/program';
import { DefinitionError, type EventDefinition, type DecodeLimits as EventLimits } from '@pipeline/schema';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compareRecent, type RecentComparison, type RecordReader } from '../what-if/compare-recent.ts';
import { answerError, BadRequest } from './errors.ts';
import { refuseForeignPosts } from './refuse-foreign-posts.ts';
import { parseWhatIf, type WhatIfRequest } from './requests.ts';

/** What a comparison over HTTP works with. */
export interface WhatIfParts {
  readonly topics: readonly string[];
  /** The definition that the consumers use. */
  readonly present: EventDefinition;
  readonly limits: DecodeLimits;
  /** Limits of an event, as the consumers have them. */
  readonly eventLimits: EventLimits;
  readonly findInvalid: FindInvalid;
  /** Connects to Kafka; the caller disposes of the result. */
  readonly connect: () => Promise<RecordReader & AsyncDisposable>;
  readonly isReadOnly: boolean;
  /** The origin of the page as its browsers see it. */
  readonly originOf: (context: Context) => string | undefined;
}

const MAX_BODY_BYTES = 1 << 20;
const HOUR_MS = 3_600_000;
/** A comparison ends after this many records, or this long: clients time out. */
const MAX_RECORDS = 1_000_000;
const MAX_MS = 60_000;

/**
 * The route `/api/what-if`. It changes nothing, but only users who may change something can use it: a pattern of a
 * schema may keep the server busy. Comparisons run one after another.
 */
export function createWhatIfApi(parts: WhatIfParts): Hono {
  const api = new Hono();
  api.onError(answerError);
  const tooLarge = () => {
    throw new BadRequest(`the body must be smaller than ${MAX_BODY_BYTES} bytes`);
  };
  let last: Promise<unknown> = Promise.resolve();
  const guard = refuseForeignPosts(parts.isReadOnly, parts.originOf);
  api.post('/', guard, bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }), async (context) => {
    const request = parseWhatIf(await context.req.json().catch(() => undefined));
    const candidate = await compile(request, parts.present);
    const compared = last.then(() => compare(parts, candidate, request.hours));
    last = compared.catch(() => {});
    return context.json(await compared);
  });
  return api;
}

/** @throws BadRequest if a schema is wrong, or event ids would be found by another rule */
async function compile(
  { schemas, envelope, unknownTypes }: WhatIfRequest,
  present: EventDefinition,
): Promise<EventDefinition> {
  const compiled = await compileDefinition(schemas, { envelope, unknownTypes }).catch((error) => {
    throw error instanceof DefinitionError ? new BadRequest(error.problems.join('; ')) : error;
  });
  const [before, after] = [present.envelope.identity, compiled.envelope.identity];
  if (before === after) return compiled;
  throw new BadRequest(`"envelope": event ids follow the rule ${after}, those of the pipeline ${before}`);
}

async function compare(
  { topics, present, limits, eventLimits, findInvalid, connect }: WhatIfParts,
  candidate: EventDefinition,
  hours: number,
): Promise<RecentComparison> {
  await using reader = await connect();
  const startedAt = performance.now();
  const isOver = (records: number) => records >= MAX_RECORDS || performance.now() - startedAt > MAX_MS;
  const sinceMs = Date.now() - hours * HOUR_MS;
  const choice = { topics, present, candidate, limits, eventLimits, sinceMs, isOver };
  return await compareRecent({ reader, findInvalid }, choice);
}
