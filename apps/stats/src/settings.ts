import { databaseSettings } from '@pipeline/db';
import { groupSettings, kafkaSettings } from '@pipeline/kafka';
import {
  httpSettings,
  integer,
  type ListenAddress,
  list,
  loggerSettings,
  optionalOneOf,
  port,
  type Settings,
} from '@pipeline/runtime';

const USUAL_STATS_PORT = 3000;

/** Where the page, its probes and its metrics listen. */
export const pageSettings = {
  ...httpSettings,
  STATS_PORT: port(USUAL_STATS_PORT, 'The port of the stats page; 0 means any free one'),
};

export function pageAddress({ HTTP_HOST, STATS_PORT }: Settings<typeof pageSettings>): ListenAddress {
  return { host: HTTP_HOST, port: STATS_PORT, usualPort: USUAL_STATS_PORT, portSetting: 'STATS_PORT' };
}

/** Everything that can be set about the statistics. */
export const statsSettings = {
  ...kafkaSettings,
  KAFKA_GROUP_ID: groupSettings.KAFKA_GROUP_ID,
  ...databaseSettings,
  ...pageSettings,
  DLQ_MAX_REDRIVES: integer(3, 'A dead letter that was redriven so often is not redriven again', [1, 1_000]),
  DLQ_REDRIVE_RATE: integer(500, 'How many dead letters are redriven a second', [1, 1_000_000]),
  STATS_READ_ONLY: optionalOneOf(['true', 'false'], 'Whether the page refuses to change anything', {
    shownDefault: 'false on loopback, else true',
  }),
  STATS_ALLOWED_HOSTS: list(
    'localhost',
    "Names besides this machine's own that the stats page may be asked for by, separated by commas",
    'host names',
    /^([^\s:/]+|\[[\da-fA-F:.]+\])$/,
  ),
  ...loggerSettings,
};
