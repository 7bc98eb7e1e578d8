import { databaseSettings } from '@pipeline/db';
import { groupSettings, kafkaSettings } from '@pipeline/kafka';
import { httpSettings, integer, list, loggerSettings, optionalOneOf, port } from '@pipeline/runtime';

export const USUAL_STATS_PORT = 3000;

/** Everything that can be set about the statistics. */
export const statsSettings = {
  ...kafkaSettings,
  KAFKA_GROUP_ID: groupSettings.KAFKA_GROUP_ID,
  ...databaseSettings,
  ...httpSettings,
  STATS_PORT: port(USUAL_STATS_PORT, 'The port of the stats page; 0 means any free one'),
  DLQ_MAX_REDRIVES: integer(3, 'A dead letter that was redriven so often is not redriven again', [1, 1_000]),
  DLQ_REDRIVE_RATE: integer(500, 'How many dead letters are redriven a second', [1, 1_000_000]),
  STATS_READ_ONLY: optionalOneOf(['true', 'false'], 'Whether the page refuses to change anything', {
    shownDefault: 'false on loopback, else true',
  }),
  STATS_ALLOWED_HOSTS: list(
    'localhost',
    "Names besides this machine's own that the stats page may be asked for by, separated by commas",
    'host names',
    /^[^\s:/]+$/,
  ),
  ...loggerSettings,
};
