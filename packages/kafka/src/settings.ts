import {
  custom,
  exitCode,
  flag,
  integer,
  list,
  optionalOneOf,
  optionalText,
  type Settings,
  text,
  UserError,
  ValueError,
} from '@pipeline/runtime';

/** `HOST:PORT` with a port from 1 to 65535; IPv6 addresses in brackets. */
const address =
  /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/;

/** Client credentials are sent only over TLS, or within this machine, and in settings of their own. */
function parseTokenEndpoint(text: string): string | undefined {
  const url = URL.parse(text);
  if (url?.username || url?.password) throw new ValueError('expected a URL without user and password');
  const isLocal = ['127.0.0.1', '[::1]', 'localhost'].includes(url?.hostname ?? '');
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal) ? text : undefined;
}

/** RFC 7628, section 3.1; `auth` is the name of the token. */
function parseExtensions(text: string): readonly string[] | undefined {
  const extensions = text.split(',').map((part) => part.trim());
  return extensions.every((one) => /^(?!auth=)[A-Za-z]+=[\x20-\x7e]+$/.test(one)) ? extensions : undefined;
}

/** https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/internals/Topic.java */
const topicName = /^(?!\.{1,2}$)[\w.-]{1,249}$/;
const TOPIC = 'a topic name of a-z, A-Z, 0-9, dots, dashes and underscores';

/** Whether Kafka accepts a name of a topic; the same rule applies to ids of group instances. */
export function isTopicName(name: string): boolean {
  return topicName.test(name);
}

/** @throws ValueError if a topic is listed twice */
function parseTopics(text: string): Topics | undefined {
  const topics = text.split(',').map((name) => name.trim());
  const twice = topics.find((name, index) => topics.indexOf(name) !== index);
  if (!topics.every(isTopicName)) return undefined;
  if (twice !== undefined) throw new ValueError(`lists ${twice} twice`);
  const [first = '', ...others] = topics;
  return [first, ...others];
}

/** At least one topic. */
type Topics = readonly [string, ...string[]];

/** Connection settings. */
export const kafkaSettings = {
  KAFKA_BROKERS: list(
    '127.0.0.1:9092',
    'Bootstrap brokers',
    'HOST:PORT, comma-separated if several',
    address,
  ),
  KAFKA_TOPIC: custom(
    'events',
    'Events topics, comma-separated if several; the producer uses the first',
    `${TOPIC}, comma-separated if several`,
    parseTopics,
  ),
  KAFKA_DLQ_TOPIC: custom('events_dlq', 'Dead-letter topic', TOPIC, (name) =>
    isTopicName(name) ? name : undefined,
  ),
  KAFKA_CLIENT_ID: optionalText('Client id, used in broker logs, metrics and quotas', {
    shownDefault: "the program's name",
  }),
  KAFKA_REQUEST_TIMEOUT_MS: integer(
    15_000,
    'Kafka request timeout; a request that times out is retried',
    [1_000, 300_000],
  ),
  KAFKA_SSL: flag(false, 'Connect to Kafka over TLS and verify broker certificates'),
  KAFKA_SSL_CA: optionalText('Path of the trusted CA certificates (PEM)'),
  KAFKA_SSL_CERT: optionalText('Path of the client certificate (PEM)'),
  KAFKA_SSL_KEY: optionalText('Path of the private key of the client certificate (PEM)'),
  KAFKA_SASL_MECHANISM: optionalOneOf(
    ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer', 'aws-msk-iam'],
    'SASL mechanism',
  ),
  KAFKA_SASL_USERNAME: optionalText('SASL username of plain and scram'),
  KAFKA_SASL_PASSWORD: optionalText('SASL password of plain and scram', { secret: true }),
  KAFKA_OAUTH_TOKEN_ENDPOINT: custom<string | undefined>(
    undefined,
    'Token endpoint of oauthbearer, for the client credentials grant',
    'an https URL, or http on the loopback',
    parseTokenEndpoint,
  ),
  KAFKA_OAUTH_CLIENT_ID: optionalText('Client id at the token endpoint'),
  KAFKA_OAUTH_CLIENT_SECRET: optionalText('Client secret at the token endpoint', { secret: true }),
  KAFKA_OAUTH_SCOPE: optionalText('Scope of the requested tokens'),
  KAFKA_OAUTH_TOKEN_FILE: optionalText(
    'Path of a bearer token for oauthbearer, instead of a token endpoint; read for each login',
  ),
  KAFKA_OAUTH_EXTENSIONS: custom<readonly string[] | undefined>(
    undefined,
    'SASL extensions of oauthbearer, such as logicalCluster=lkc-1 of Confluent Cloud',
    'NAME=VALUE, comma-separated if several',
    parseExtensions,
  ),
  AWS_REGION: optionalText(
    "Region of an MSK cluster, for aws-msk-iam if the brokers' names do not contain it",
  ),
};

/** Settings of the consumer: group membership and batch sizes. */
export const groupSettings = {
  KAFKA_GROUP_ID: text('events_to_postgres', 'Consumer group'),
  KAFKA_GROUP_INSTANCE_ID: custom<string | undefined>(
    undefined,
    'Static membership: an id, unique in the group and the same after a restart, which then causes no rebalance',
    'an id of a-z, A-Z, 0-9, dots, dashes and underscores',
    (id) => (isTopicName(id) ? id : undefined),
  ),
  KAFKA_SESSION_TIMEOUT_MS: integer(
    10_000,
    "Session timeout: without a heartbeat for this long, a member's partitions are reassigned",
    [6_000, 1_800_000],
  ),
  KAFKA_REBALANCE_TIMEOUT_MS: integer(
    30_000,
    'Rebalance timeout: maximum time that members have to rejoin the group',
    [1_000, 1_800_000],
  ),
  KAFKA_FETCH_WAIT_MS: integer(
    500,
    'Maximum time that a broker waits for records before it responds to a fetch',
    [1, 5_000],
  ),
  KAFKA_FETCH_MAX_BYTES: integer(8 << 20, 'Maximum bytes per fetch', [1 << 10, 1 << 30]),
  KAFKA_FETCH_MAX_PARTITION_BYTES: integer(2 << 20, 'Maximum bytes per partition in a fetch', [
    1 << 10,
    1 << 30,
  ]),
  BATCH_MAX_EVENTS: integer(10_000, 'Maximum records per batch', [1, 50_000]),
  BATCH_MAX_BYTES: integer(4 << 20, 'Maximum bytes of keys and values per batch', [1 << 10, 64 << 20]),
  BUFFER_MAX_BYTES: integer(4 << 20, 'Maximum bytes fetched ahead; beyond this, fetching pauses', [
    1 << 10,
    1 << 30,
  ]),
  DECOMPRESSED_MAX_BYTES: integer(
    32 << 20,
    'Maximum decompressed size of a batch; of a fetch, half of it is decoded, and the rest fetched again',
    [1 << 10, 1 << 30],
  ),
  DECODED_MAX_RECORDS: integer(
    250_000,
    'Maximum records of a batch, and of what is decoded of a fetch; the rest is fetched again',
    [1_000, 100_000_000],
  ),
};

/**
 * Checks that dead letters do not go to an events topic: its consumer would dead-letter them again, forever.
 * @throws UserError
 */
export function requireOwnDeadLetterTopic({
  KAFKA_TOPIC,
  KAFKA_DLQ_TOPIC,
}: Pick<KafkaSettings, 'KAFKA_TOPIC' | 'KAFKA_DLQ_TOPIC'>): void {
  if (!KAFKA_TOPIC.includes(KAFKA_DLQ_TOPIC)) return;
  throw new UserError(
    `KAFKA_DLQ_TOPIC ${KAFKA_DLQ_TOPIC} is also a topic of KAFKA_TOPIC`,
    'give dead letters their own topic',
    exitCode.usage,
  );
}

export type KafkaSettings = Settings<typeof kafkaSettings>;
export type GroupSettings = Settings<typeof groupSettings>;
