import { kafkaSettings } from '@pipeline/kafka';
import { loggerSettings } from '@pipeline/runtime';

/** Everything that can be set about a producer. */
export const producerSettings = { ...kafkaSettings, ...loggerSettings };
