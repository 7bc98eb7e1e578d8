import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Batch } from '@pipeline/db';
import { exitCode, type Logger, UserError } from '@pipeline/runtime';
import {
  createDecoder,
  type DecodeLimits,
  defineEvents,
  eventType,
  type NoEvent,
  type Registry,
  type Rejection,
} from '@pipeline/schema';
import type { ConsumerMetrics } from './metrics.ts';

/**
 * Validates the events of a batch against candidate schemas, and logs the rejections. Has no other effect.
 */
export type Shadow = (batch: Batch) => void;

type Validate = (bytes: Uint8Array | null, limits: DecodeLimits) => ShadowResult;
type ShadowResult = Rejection | NoEvent | { readonly ok: true };

/** Number of offsets and details per log line. */
const MAX_EXAMPLES = 5;

/**
 * Loads candidate schemas: a module that exports `eventTypes`, like `packages/schema/src/registry.ts`.
 * @throws UserError if it cannot be loaded, or its schemas are invalid
 */
export function openShadow(
  path: string,
  limits: DecodeLimits,
  metrics: ConsumerMetrics,
  logger: Logger,
): Shadow {
  const validate = loadValidator(path);
  return (batch) => {
    const rejected = findRejected(batch, validate, limits);
    for (const { reason } of rejected) metrics.shadowRejections.inc({ reason });
    if (rejected.length > 0) logRejected(logger, batch, rejected);
  };
}

/** `import` in an executable resolves no files; `require` loads CommonJS and ES modules. */
function loadValidator(path: string): Validate {
  try {
    const file = resolve(path);
    const module: { readonly eventTypes: Registry } = createRequire(file)(file);
    return createValidate(module.eventTypes);
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new UserError(
      `SHADOW_SCHEMA: cannot use ${path}: ${reason}`,
      'name a module that exports eventTypes: schemas by event type',
      exitCode.usage,
    );
  }
}

function createValidate(eventTypes: Registry): Validate {
  const types = Object.entries(eventTypes).map(([name, payload]) => eventType(name, payload));
  const decode = createDecoder(defineEvents({ types }));
  return (value, limits) => decode({ value }, undefined, limits);
}

interface Rejected {
  readonly offset: string;
  readonly reason: string;
  readonly detail: string;
}

/** The stored events that the candidate would reject. */
function findRejected({ rows }: Batch, validate: Validate, limits: DecodeLimits): readonly Rejected[] {
  return rows.records.flatMap((record) => {
    const result = validate(record.value, limits);
    if (result.ok) return [];
    if (result.reason === null) return [];
    return [{ offset: record.offset, reason: result.reason, detail: `${result.path} ${result.message}` }];
  });
}

/** One line per batch with the first offsets and distinct problems, without event content. */
function logRejected(logger: Logger, { topic, partition }: Batch, rejected: readonly Rejected[]): void {
  const details = [...new Set(rejected.map(({ detail }) => detail))].slice(0, MAX_EXAMPLES);
  const offsets = rejected.slice(0, MAX_EXAMPLES).map(({ offset }) => offset);
  const fields = { topic, partition, rejected: rejected.length, offsets, details };
  logger.warn(fields, 'the candidate schemas would reject events (they are stored)');
}
