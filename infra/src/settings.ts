import { join } from 'node:path';
import { databaseSettings } from '@pipeline/db';
import { kafkaSettings } from '@pipeline/kafka';
import { loggerSettings, type Settings } from '@pipeline/runtime';

export const infraSettings = { ...kafkaSettings, ...databaseSettings, ...loggerSettings };

export type InfraSettings = Settings<typeof infraSettings>;

/** The repository's root. */
export const rootFolder = join(import.meta.dirname, '../..');

/** Where the local servers keep their data between runs. */
export const dataFolder = join(rootFolder, '.pipeline');

export const version = '0.1.0';
