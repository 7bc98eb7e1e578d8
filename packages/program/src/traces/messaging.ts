import type { Attributes } from './traces.ts';

/** Attributes of a span about records: https://opentelemetry.io/docs/specs/semconv/messaging/kafka/ */
export function messagingAttributes(operation: 'process' | 'send', topic: string, count: number): Attributes {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': topic,
    'messaging.batch.message_count': count,
  };
}
