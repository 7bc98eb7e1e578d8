import { createLogger } from '@pipeline/runtime';
import type { Environment } from './programs.ts';

/** For libraries that must not log. */
export const logger = createLogger('bench', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });

/** Settings for a topic and its dead-letter topic. */
export function topicEnvironment(brokers: string, topic: string): Environment {
  return { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, KAFKA_DLQ_TOPIC: `${topic}_dlq` };
}
