import { join } from 'node:path';
import { databaseSettings } from '@pipeline/db';
import { kafkaSettings } from '@pipeline/kafka';
import { basePath, httpSettings, loggerSettings } from '@pipeline/program';
import { port, type Settings } from '@pipeline/runtime';

export const infraSettings = { ...kafkaSettings, ...databaseSettings, ...loggerSettings };

export const DEFAULT_STATS_PORT = 3_000;

/** The address of the stats page. */
export const pageSettings = {
  ...httpSettings,
  STATS_PORT: port(DEFAULT_STATS_PORT, 'Port of the stats page; 0 picks a free one'),
  STATS_BASE_PATH: basePath('Path below which a proxy publishes the stats page'),
};

export type PageSettings = Settings<typeof pageSettings>;

export type InfraSettings = Settings<typeof infraSettings>;

/** The root folder of the repository. */
export const rootFolder = join(import.meta.dirname, '../..');

/** The folder in which the local servers keep their data between runs. */
export const defaultData = join(rootFolder, '.pipeline');

export const version = '0.1.0';
