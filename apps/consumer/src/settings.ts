import { DEFAULT_COPY_MIN_EVENTS, databaseSettings, writerSettings } from '@pipeline/db';
import { eventLimitSettings, eventSettings } from '@pipeline/definition';
import { groupSettings, kafkaSettings } from '@pipeline/kafka';
import { httpSettings, type ListenAddress, loggerSettings, traceSettings } from '@pipeline/program';
import {
  decimal,
  exitCode,
  integer,
  oneOf,
  optionalText,
  port,
  type Settings,
  UserError,
} from '@pipeline/runtime';

const USUAL_METRICS_PORT = 9464;

/** Settings of the server for probes and metrics. */
export const probeSettings = {
  ...httpSettings,
  METRICS_PORT: port(USUAL_METRICS_PORT, "Port of the consumer's probes and metrics; 0 picks a free one"),
};

export function probeAddress({ HTTP_HOST, METRICS_PORT }: Settings<typeof probeSettings>): ListenAddress {
  return { host: HTTP_HOST, port: METRICS_PORT, usualPort: USUAL_METRICS_PORT, portSetting: 'METRICS_PORT' };
}

/** All settings of the consumer. */
export const consumerSettings = {
  ...eventSettings,
  ...kafkaSettings,
  ...groupSettings,
  ...databaseSettings,
  ...writerSettings,
  WRITE_FAILURE_LIMIT_MS: integer(
    30_000,
    'How long a write may fail, whatever the cause, before /readyz returns 503',
    [1_000, 3_600_000],
  ),
  COPY_MIN_EVENTS: integer(
    DEFAULT_COPY_MIN_EVENTS,
    'Number of events from which on a batch is written by COPY, which costs Postgres less; smaller ones by INSERT',
    [1, 1_000_000_000],
  ),
  ...eventLimitSettings,
  CONFLICTING_EVENTS: oneOf(
    ['count', 'dead-letter'],
    'count',
    'What happens to an event that differs from the stored one with its id: it is counted, or kept as a dead letter',
  ),
  SHADOW_SCHEMA: optionalText(
    'Path of a candidate definition, like EVENTS; events that it would reject are still stored, but counted and logged',
  ),
  DLQ_RECORD_MAX_BYTES: integer(
    1_000_000,
    'Maximum size of a record in the DLQ topic; larger dead letters are truncated there, the table keeps them whole',
    [1_000, 16 << 20],
  ),
  DLQ_LIMIT_RATIO: decimal(
    0.5,
    'Maximum share of dead letters; above it the partition is paused; 0 disables the limit',
    [0, 1],
  ),
  DLQ_LIMIT_WINDOW: integer(
    10_000,
    'Number of recent records per partition that DLQ_LIMIT_RATIO is computed over',
    [1, 10_000_000],
  ),
  ...probeSettings,
  ...loggerSettings,
  ...traceSettings,
};

/**
 * Checks that a topic which a flag names is one of those that are read.
 * @param subject begins the error, such as `--topic names`
 * @throws UserError
 */
export function requireListed(topics: readonly string[], subject: string, topic: string | undefined): void {
  if (topic === undefined || topics.includes(topic)) return;
  throw new UserError(
    `${subject} ${topic}, which KAFKA_TOPIC does not list`,
    'correct one of them',
    exitCode.usage,
  );
}
