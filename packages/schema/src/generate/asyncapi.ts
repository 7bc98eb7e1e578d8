import { reasons } from '../reasons.ts';

/** What this pipeline takes from one topic and gives to the other, in AsyncAPI 3. */
export function describeTopics(version: string, types: readonly string[]): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Kafka to Postgres',
      version,
      description:
        'Events are stored once each by their event_id; what cannot be stored becomes a dead letter.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: {
      events: describeChannel(
        'events',
        'One event a record; the key is its user_id, so a user stays in order.',
        types,
      ),
      deadLetters: describeChannel('events_dlq', 'Records that cannot be stored, byte for byte.', [
        'dead_letter',
      ]),
    },
    operations: {
      storeEvents: { action: 'receive', channel: { $ref: '#/channels/events' } },
      keepDeadLetters: { action: 'send', channel: { $ref: '#/channels/deadLetters' } },
    },
    components: {
      messages: {
        ...Object.fromEntries(types.map((type) => [type, describeEvent(type)])),
        dead_letter: describeDeadLetter(),
      },
    },
  };
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

function describeEvent(type: string): object {
  return {
    name: type,
    contentType: 'application/json',
    payload: { $ref: `./${type}.json` },
    bindings: { kafka: { key: { type: 'string', description: 'the user_id' } } },
  };
}

function describeDeadLetter(): object {
  return {
    name: 'dead_letter',
    contentType: 'application/octet-stream',
    description:
      'Key, value and headers of the record that could not be stored, and why; the value may be no JSON.',
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
  ['__dlq.errors.message', { type: 'string', description: 'what is wrong, with the path in the event' }],
  ['dlq.reason', { type: 'string', enum: reasons }],
  ['dlq.failed_at', { type: 'string', format: 'date-time' }],
  ['dlq.redrive_count', decimal],
];

const optional: readonly (readonly [string, object])[] = [
  ['dlq.sqlstate', { type: 'string', description: 'with the reason refused_by_database' }],
  ['dlq.truncated', { type: 'string', const: 'true', description: 'the value was too large, and is cut' }],
];
