import { join } from 'node:path';
import { databaseSettings } from '@pipeline/db';
import { kafkaSettings } from '@pipeline/kafka';
import { httpSettings, loggerSettings, port, type Settings } from '@pipeline/runtime';

export const infraSettings = { ...kafkaSettings, ...databaseSettings, ...loggerSettings };

export const USUAL_STATS_PORT = 3_000;

/** Where the stats page will be. */
export const pageSettings = {
  ...httpSettings,
  STATS_PORT: port(USUAL_STATS_PORT, 'The port of the stats page; 0 means any free one'),
};

export type PageSettings = Settings<typeof pageSettings>;

export type InfraSettings = Settings<typeof infraSettings>;

/** The repository's root. */
export const rootFolder = join(import.meta.dirname, '../..');

/** Where the local servers keep their data between runs. */
export const defaultData = join(rootFolder, '.pipeline');

export const version = '0.1.0';
