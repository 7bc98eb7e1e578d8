import { join } from 'node:path';
import { databaseSettings } from '@pipeline/db';
import { kafkaSettings } from '@pipeline/kafka';
import { integer, loggerSettings, type Settings, text } from '@pipeline/runtime';

export const infraSettings = { ...kafkaSettings, ...databaseSettings, ...loggerSettings };

/** Where the stats page will be. */
export const pageSettings = {
  HTTP_HOST: text('127.0.0.1', 'Where the stats page listens'),
  STATS_PORT: integer(3_000, 'The port of the stats page; 0: any free one', [0, 65_535]),
};

export type PageSettings = Settings<typeof pageSettings>;

export type InfraSettings = Settings<typeof infraSettings>;

/** The repository's root. */
export const rootFolder = join(import.meta.dirname, '../..');

/** Where the local servers keep their data between runs. */
export const defaultData = join(rootFolder, '.pipeline');

export const version = '0.1.0';
