import { reasons } from '../reasons.ts';
import type { EventDefinition } from './definition.ts';

/** The AsyncAPI 3 document of both topics: events in, dead letters out. */
export function describeTopics(version: string, { envelope, types }: EventDefinition): object {
  const names = Object.keys(types);
  const isNative = envelope.name === 'native';
  const description = isNative
    ? 'One event per record. The key is the user_id, so the events of a user stay in order.'
    : `One event per record, in the envelope ${envelope.name}.`;
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Kafka to Postgres',
      version,
      description:
        'Each event is stored once per event_id. A record that cannot be stored becomes a dead letter.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: {
      events: describeChannel('events', description, names.map(fileName)),
      deadLetters: describeChannel('events_dlq', 'Records that could not be stored, byte for byte.', [
        'dead_letter',
      ]),
    },
    operations: {
      storeEvents: { action: 'receive', channel: { $ref: '#/channels/events' } },
      keepDeadLetters: { action: 'send', channel: { $ref: '#/channels/deadLetters' } },
    },
    components: {
      messages: {
        ...Object.fromEntries(names.map((name) => [fileName(name), describeEvent(name, isNative)])),
        dead_letter: describeDeadLetter(),
      },
    },
  };
}

/** A type's name in the characters that names of files and of AsyncAPI's messages may have. */
export function fileName(type: string): string {
  return type.replace(/[^\w.-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`);
}

function describeChannel(address: string, description: string, messages: readonly string[]): object {
  const refs = messages.map((name) => [name, { $ref: `#/components/messages/${name}` }]);
  return {
    address,
    description,
    messages: Object.fromEntries(refs),
    bindings: { kafka: { topic: address } },
  };
}

function describeEvent(type: string, isNative: boolean): object {
  const bindings = { kafka: { key: { type: 'string', description: 'the user_id' } } };
  return {
    name: type,
    contentType: 'application/json',
    payload: { $ref: `./${fileName(type)}.json` },
    ...(isNative ? { bindings } : {}),
  };
}

function describeDeadLetter(): object {
  return {
    name: 'dead_letter',
    contentType: 'application/octet-stream',
    description:
      'Key, value and headers of a record that could not be stored, with the reason. The value can be anything.',
    headers: {
      type: 'object',
      properties: Object.fromEntries([...required, ...optional]),
      required: required.map(([name]) => name),
    },
  };
}

const decimal = { type: 'string', pattern: '^[0-9]+$' };

const required: readonly (readonly [string, object])[] = [
  ['__dlq.errors.topic', { type: 'string' }],
  ['__dlq.errors.partition', decimal],
  ['__dlq.errors.offset', decimal],
  ['__dlq.errors.group', { type: 'string' }],
  ['__dlq.errors.message', { type: 'string', description: 'the error, with the path in the event' }],
  ['dlq.reason', { type: 'string', enum: reasons }],
  ['dlq.failed_at', { type: 'string', format: 'date-time' }],
  ['dlq.redrive_count', decimal],
];

const optional: readonly (readonly [string, object])[] = [
  ['dlq.sqlstate', { type: 'string', description: 'only if the reason is refused_by_database' }],
  [
    'dlq.truncated',
    { type: 'string', const: 'true', description: 'the value was too large and is truncated' },
  ],
];
