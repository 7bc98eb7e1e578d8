import { databaseSettings } from '@pipeline/db';
import { checkSettings } from '../check/settings.ts';

/** Settings of `consumer replay`: those of the consumer without its group. */
export const replaySettings = { ...checkSettings, ...databaseSettings };
