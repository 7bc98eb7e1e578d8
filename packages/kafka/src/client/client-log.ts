import type { Logger } from '@pipeline/runtime';
import kafkajs, { type logCreator } from 'kafkajs';

const { logLevel } = kafkajs;

/**
 * Forwards kafkajs's log at lower levels: the calling code, which has the context, logs everything an
 * operator must see. Forwards only the message and names, never a record.
 */
export function clientLog(logger: Logger): logCreator {
  return () =>
    ({ level, namespace, log }) => {
      const fields = { client: namespace, error: log['error'], broker: log['broker'] };
      if (level === logLevel.ERROR || level === logLevel.WARN) logger.debug(fields, log.message);
      else logger.trace(fields, log.message);
    };
}
