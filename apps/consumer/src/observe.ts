import { type Batch, type DeadLetter, recordCount, type Written } from '@pipeline/db';
import type { Logger } from '@pipeline/runtime';
import type { ConsumerMetrics } from './metrics.ts';

/**
 * All that is logged and counted per batch.
 * @param types of the definition; events of any other type are counted together, because producers choose the
 * names
 */
export function createObserver(metrics: ConsumerMetrics, logger: Logger, types: ReadonlySet<string>) {
  return (batch: Batch, written: Written, startedAt: number): void => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const labels = metrics.labelsOf(batch.topic);
    countOutcome(metrics, types, batch, written);
    metrics.batchEvents.observe(labels, recordCount(batch));
    metrics.batchSeconds.observe(labels, seconds);
    observeDelay(metrics, batch);
    logConflicting(logger, batch, written);
    logRefused(logger, batch, written.refused);
    const { topic, partition, nextOffset } = batch;
    logger.debug(
      { topic, partition, nextOffset: String(nextOffset), records: recordCount(batch), seconds },
      'batch done',
    );
  };
}

function countOutcome(
  metrics: ConsumerMetrics,
  types: ReadonlySet<string>,
  batch: Batch,
  { stored, deadLettered, conflicting, refused }: Written,
): void {
  const labels = metrics.labelsOf(batch.topic);
  const total = [...stored.values()].reduce((sum, count) => sum + count, 0);
  for (const [type, count] of stored)
    metrics.eventsStored.inc({ ...labels, event_type: types.has(type) ? type : 'other' }, count);
  metrics.eventsDuplicate.inc(labels, Math.max(0, recordCount(batch) - total - deadLettered));
  metrics.eventsConflicting.inc(labels, conflicting);
  if (deadLettered > 0) {
    const byReason = Map.groupBy([...batch.deadLetters, ...refused], ({ reason }) => reason);
    for (const [reason, { length }] of byReason) metrics.deadLetters.inc({ ...labels, reason }, length);
  }
  metrics.consumedMessages.inc(
    {
      ...labels,
      partition: batch.partition,
      messaging_system: 'kafka',
      messaging_destination_name: batch.topic,
    },
    recordCount(batch),
  );
}

/** The producer's clock may be ahead, but the sum of a histogram must not decrease. */
function observeDelay(metrics: ConsumerMetrics, batch: Batch): void {
  const newest = batch.rows.lastEventMilliseconds;
  if (newest === undefined) return;
  const delay = Math.max(0, Date.now() - newest) / 1_000;
  metrics.endToEndSeconds.observe(metrics.labelsOf(batch.topic), delay);
}

/** One line per batch, with the offset of the first refused record. */
function logRefused(logger: Logger, { topic, partition }: Batch, deadLetters: readonly DeadLetter[]): void {
  const refused = deadLetters.filter(({ reason }) => reason === 'refused_by_database');
  if (refused.length === 0) return;
  const sqlstates = [...new Set(refused.map(({ sqlstate }) => sqlstate))];
  const fields = { topic, partition, offset: refused[0]?.record.offset, refused: refused.length, sqlstates };
  logger.warn(fields, 'Postgres refused events; they are now dead letters');
}

/** One line per batch; the offset of the first conflicting event is known only if it is a dead letter. */
function logConflicting(
  logger: Logger,
  { topic, partition }: Batch,
  { conflicting, refused }: Written,
): void {
  const kept = refused.filter(({ reason }) => reason === 'conflicting_event');
  const fields = { topic, partition, offset: kept[0]?.record.offset, conflicting: conflicting + kept.length };
  if (kept.length > 0)
    logger.warn(fields, 'events differ from the stored ones with their ids; they are now dead letters');
  else if (conflicting > 0)
    logger.warn(fields, 'events differ from the stored ones with their ids; they are counted as duplicates');
}
