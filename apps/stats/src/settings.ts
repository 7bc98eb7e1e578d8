import { databaseSettings } from '@pipeline/db';
import { groupSettings, kafkaSettings } from '@pipeline/kafka';
import { loggerSettings, port, text } from '@pipeline/runtime';

export const USUAL_STATS_PORT = 3000;

/** Everything that can be set about the statistics. */
export const statsSettings = {
  ...kafkaSettings,
  KAFKA_GROUP_ID: groupSettings.KAFKA_GROUP_ID,
  ...databaseSettings,
  HTTP_HOST: text('127.0.0.1', 'Where the page listens'),
  STATS_PORT: port(USUAL_STATS_PORT, 'Its port; 0 means any free one'),
  ...loggerSettings,
};
