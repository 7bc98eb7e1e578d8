import { databaseSettings } from '@pipeline/db';
import { groupSettings, kafkaSettings } from '@pipeline/kafka';
import {
  decimal,
  httpSettings,
  integer,
  type ListenAddress,
  loggerSettings,
  optionalText,
  port,
  type Settings,
} from '@pipeline/runtime';

const USUAL_METRICS_PORT = 9464;

/** Where the probes and metrics listen. */
export const probeSettings = {
  ...httpSettings,
  METRICS_PORT: port(
    USUAL_METRICS_PORT,
    "The port of the consumer's probes and metrics; 0 means any free one",
  ),
};

export function probeAddress({ HTTP_HOST, METRICS_PORT }: Settings<typeof probeSettings>): ListenAddress {
  return { host: HTTP_HOST, port: METRICS_PORT, usualPort: USUAL_METRICS_PORT, portSetting: 'METRICS_PORT' };
}

/** Everything that can be set about a consumer. */
export const consumerSettings = {
  ...kafkaSettings,
  ...groupSettings,
  ...databaseSettings,
  WRITERS: integer(4, 'How many batches are written at the same time', [1, 64]),
  EVENT_MAX_BYTES: integer(1_000_000, 'A larger record is a dead letter', [100, 16 << 20]),
  EVENT_MAX_DEPTH: integer(64, 'A more deeply nested event is a dead letter', [4, 1_000]),
  SHADOW_SCHEMA: optionalText(
    'Path of a module with candidate schemas: what they would reject is counted and logged, and stored all the same',
  ),
  DLQ_RECORD_MAX_BYTES: integer(
    1_000_000,
    'A larger dead letter is cut in its topic, and whole in its table',
    [1_000, 16 << 20],
  ),
  DLQ_LIMIT_RATIO: decimal(0.5, 'More dead letters than this share pause a partition; 0 never does', [0, 1]),
  DLQ_LIMIT_WINDOW: integer(
    10_000,
    'The last so many records of a partition that the share is taken of',
    [1, 10_000_000],
  ),
  ...probeSettings,
  ...loggerSettings,
};
