import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Batch } from '@pipeline/db';
import { exitCode, type Logger, type Metrics, UserError } from '@pipeline/runtime';
import { createDecoder, type DecodeLimits, type Registry, type Rejection } from '@pipeline/schema';

/** Judges the events of a batch by a candidate's schemas, and says which it would reject. Changes nothing. */
export type Shadow = (batch: Batch) => void;

type Judge = (bytes: Uint8Array | null, limits: DecodeLimits) => Rejection | { readonly ok: true };

/** So many offsets stand in a line of the log. */
const EXAMPLES = 5;

/**
 * Loads a candidate: a module that exports `eventTypes`, as `packages/schema/src/registry.ts` does.
 * @throws UserError when it cannot be loaded, or its schemas are wrong
 */
export function openShadow(path: string, limits: DecodeLimits, metrics: Metrics, logger: Logger): Shadow {
  const judge = loadJudge(path);
  return (batch) => {
    const rejected = findRejected(batch, judge, limits);
    for (const { reason } of rejected) metrics.shadowRejections.inc({ reason });
    if (rejected.length > 0) logRejected(logger, batch, rejected);
  };
}

/** An executable's own `import` finds no files, and `require` loads modules of either kind. */
function loadJudge(path: string): Judge {
  try {
    const file = resolve(path);
    const module: { readonly eventTypes: Registry } = createRequire(file)(file);
    return createDecoder(module.eventTypes);
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new UserError(
      `SHADOW_SCHEMA: cannot use ${path}: ${reason}`,
      'name a module that exports eventTypes: schemas by the names of their types',
      exitCode.usage,
    );
  }
}

interface Rejected {
  readonly offset: string;
  readonly reason: string;
  readonly detail: string;
}

/** What is stored, and would not be. */
function findRejected({ rows }: Batch, judge: Judge, limits: DecodeLimits): readonly Rejected[] {
  return rows.records.flatMap((record) => {
    const result = judge(record.value, limits);
    if (result.ok) return [];
    return [{ offset: record.offset, reason: result.reason, detail: `${result.path} ${result.message}` }];
  });
}

/** One line for all of a batch, with the first places and each thing that is wrong; nothing of the events. */
function logRejected(logger: Logger, { topic, partition }: Batch, rejected: readonly Rejected[]): void {
  const details = [...new Set(rejected.map(({ detail }) => detail))].slice(0, EXAMPLES);
  const offsets = rejected.slice(0, EXAMPLES).map(({ offset }) => offset);
  const fields = { topic, partition, rejected: rejected.length, offsets, details };
  logger.warn(fields, 'the candidate schema would reject events: stored all the same');
}
