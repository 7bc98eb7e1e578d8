import { eventSettings } from '@pipeline/definition';
import { kafkaSettings } from '@pipeline/kafka';
import { loggerSettings, traceSettings } from '@pipeline/program';

/** All settings of the producer. */
export const producerSettings = {
  ...eventSettings,
  ...kafkaSettings,
  ...loggerSettings,
  ...traceSettings,
};
