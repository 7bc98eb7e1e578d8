import type { Logger } from '@pipeline/runtime';
import kafkajs, { type logCreator } from 'kafkajs';

const { logLevel } = kafkajs;

/**
 * Sends kafkajs's log to ours, one step more quietly: what matters to an operator is said by the code that knows
 * what it means. Only message and names are passed on, never a record.
 */
export function clientLog(logger: Logger): logCreator {
  return () =>
    ({ level, namespace, log }) => {
      const fields = { client: namespace, error: log['error'], broker: log['broker'] };
      if (level === logLevel.ERROR || level === logLevel.WARN) logger.debug(fields, log.message);
      else logger.trace(fields, log.message);
    };
}
