import { databaseSettings, writerSettings } from '@pipeline/db';
// The package itself compiles schemas when it is imported, which only `serve` needs.
import { eventLimitSettings, eventSettings } from '@pipeline/definition/settings';
import { groupSettings, kafkaSettings } from '@pipeline/kafka';
import { basePath, httpSettings, type ListenAddress, loggerSettings } from '@pipeline/program';
import { integer, list, optionalOneOf, port, type Settings } from '@pipeline/runtime';
import { accessSettings } from './access/settings.ts';

const USUAL_STATS_PORT = 3000;

/** Settings of the server for the page, its probes and its metrics. */
export const pageSettings = {
  ...httpSettings,
  STATS_PORT: port(USUAL_STATS_PORT, 'Port of the stats page; 0 picks a free one'),
};

export function pageAddress({ HTTP_HOST, STATS_PORT }: Settings<typeof pageSettings>): ListenAddress {
  return { host: HTTP_HOST, port: STATS_PORT, usualPort: USUAL_STATS_PORT, portSetting: 'STATS_PORT' };
}

/** Settings of the commands. */
export const statsSettings = {
  ...kafkaSettings,
  KAFKA_GROUP_ID: groupSettings.KAFKA_GROUP_ID,
  ...databaseSettings,
  ...pageSettings,
  DLQ_MAX_REDRIVES: integer(3, 'Maximum redrives per dead letter', [1, 1_000]),
  DLQ_REDRIVE_RATE: integer(500, 'Maximum dead letters redriven per second', [1, 1_000_000]),
  STATS_READ_ONLY: optionalOneOf(['true', 'false'], 'Disable redrive and discard on the stats page', {
    shownDefault: 'false on loopback, else true',
  }),
  STATS_ALLOWED_HOSTS: list(
    'localhost',
    'Additional values accepted in the Host header, comma-separated',
    'host names',
    /^([^\s:/]+|\[[\da-fA-F:.]+\])$/,
  ),
  ...loggerSettings,
};

/** Settings of the check of the set-up: also those that the consumers must share. */
export const doctorSettings = {
  ...eventSettings,
  ...statsSettings,
  ...writerSettings,
  DECOMPRESSED_MAX_BYTES: groupSettings.DECOMPRESSED_MAX_BYTES,
};

/** Settings of `stats prove`, which reads records as the consumer does. */
export const proveSettings = {
  ...eventSettings,
  ...statsSettings,
  DECOMPRESSED_MAX_BYTES: groupSettings.DECOMPRESSED_MAX_BYTES,
  DECODED_MAX_RECORDS: groupSettings.DECODED_MAX_RECORDS,
};

/** All settings of the stats page, which suggests the types of the definition. */
export const serveSettings = {
  ...eventSettings,
  ...statsSettings,
  DECOMPRESSED_MAX_BYTES: groupSettings.DECOMPRESSED_MAX_BYTES,
  DECODED_MAX_RECORDS: groupSettings.DECODED_MAX_RECORDS,
  ...eventLimitSettings,
  STATS_BASE_PATH: basePath('Path below which a proxy publishes the stats page'),
  ...accessSettings,
};
