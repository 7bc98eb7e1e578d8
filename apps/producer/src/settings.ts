import { kafkaSettings } from '@pipeline/kafka';
import { loggerSettings } from '@pipeline/runtime';

/** All settings of the producer. */
export const producerSettings = { ...kafkaSettings, ...loggerSettings };
