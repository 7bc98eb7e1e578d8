import { eventLimitSettings, eventSettings } from '@pipeline/definition';
import { kafkaSettings } from '@pipeline/kafka';
import { loggerSettings } from '@pipeline/program';
import { consumerSettings } from '../settings.ts';

const { DECOMPRESSED_MAX_BYTES, DECODED_MAX_RECORDS } = consumerSettings;

/** Settings of `consumer check`: those of the consumer without its group and its database. */
export const checkSettings = {
  ...kafkaSettings,
  DECOMPRESSED_MAX_BYTES,
  DECODED_MAX_RECORDS,
  ...eventSettings,
  ...eventLimitSettings,
  ...loggerSettings,
};
