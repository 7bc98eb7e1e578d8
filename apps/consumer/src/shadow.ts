import type { Batch, SourceRecord } from '@pipeline/db';
import type { Logger } from '@pipeline/runtime';
import { createDecoder, type DecodeLimits, type EventDefinition } from '@pipeline/schema';
import type { ConsumerMetrics } from './metrics.ts';

/**
 * Validates the events of a batch with a candidate definition, and logs the rejections. Has no other effect.
 */
export type Shadow = (batch: Batch) => void;

/** Number of offsets and details per log line. */
const MAX_EXAMPLES = 5;

/** Creates the shadow of a candidate definition. */
export function createShadow(
  candidate: EventDefinition,
  limits: DecodeLimits,
  metrics: ConsumerMetrics,
  logger: Logger,
): Shadow {
  const decode = createDecoder(candidate);
  return (batch) => {
    const { topic, partition, rows } = batch;
    const rejected = rows.records.flatMap((record) =>
      toRejected(record, decode(record, { topic, partition }, limits)),
    );
    for (const { reason } of rejected) metrics.shadowRejections.inc({ ...metrics.labelsOf(topic), reason });
    if (rejected.length > 0) logRejected(logger, batch, rejected);
  };
}

interface Rejected {
  readonly offset: string;
  readonly reason: string;
  readonly detail: string;
}

/** Empty for an event that the candidate accepts, or that is no event by its design. */
function toRejected(
  { offset }: SourceRecord,
  result: ReturnType<ReturnType<typeof createDecoder>>,
): readonly Rejected[] {
  if (result.ok || result.reason === null) return [];
  return [{ offset, reason: result.reason, detail: `${result.path} ${result.message}` }];
}

/** One line per batch with the first offsets and distinct problems, without event content. */
function logRejected(logger: Logger, { topic, partition }: Batch, rejected: readonly Rejected[]): void {
  const details = [...new Set(rejected.map(({ detail }) => detail))].slice(0, MAX_EXAMPLES);
  const offsets = rejected.slice(0, MAX_EXAMPLES).map(({ offset }) => offset);
  const fields = { topic, partition, rejected: rejected.length, offsets, details };
  logger.warn(fields, 'the candidate definition would reject events (they are stored)');
}
