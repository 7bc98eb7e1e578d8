import { flag, integer, list, optionalOneOf, optionalText, type Settings, text } from '@pipeline/runtime';

/** `HOST:PORT` with a port from 1 to 65535; IPv6 addresses in brackets. */
const address =
  /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/;

/** Connection settings. */
export const kafkaSettings = {
  KAFKA_BROKERS: list(
    '127.0.0.1:9092',
    'Brokers to start from',
    'HOST:PORT, several with commas between',
    address,
  ),
  KAFKA_TOPIC: text('events', 'The topic of events'),
  KAFKA_DLQ_TOPIC: text('events_dlq', 'The topic of dead letters'),
  KAFKA_CLIENT_ID: optionalText('What brokers call this client in their logs and metrics', {
    shownDefault: "the program's name",
  }),
  KAFKA_REQUEST_TIMEOUT_MS: integer(
    15_000,
    'An answer of Kafka that takes longer is given up, and asked for again',
    [1_000, 300_000],
  ),
  KAFKA_SSL: flag(false, 'Encrypt the connections to Kafka and check its certificate'),
  KAFKA_SSL_CA: optionalText('Path of the certificates to trust (PEM)'),
  KAFKA_SSL_CERT: optionalText("Path of the client's certificate (PEM)"),
  KAFKA_SSL_KEY: optionalText("Path of the key of the client's certificate (PEM)"),
  KAFKA_SASL_MECHANISM: optionalOneOf(['plain', 'scram-sha-256', 'scram-sha-512'], 'How to log in to Kafka'),
  KAFKA_SASL_USERNAME: optionalText('Who logs in to Kafka'),
  KAFKA_SASL_PASSWORD: optionalText('Their password', { secret: true }),
};

/** Settings of the consumer: group membership and batch sizes. */
export const groupSettings = {
  KAFKA_GROUP_ID: text('events_to_postgres', 'The consumer group'),
  KAFKA_SESSION_TIMEOUT_MS: integer(
    10_000,
    "How soon a dead member's partitions move on",
    [6_000, 1_800_000],
  ),
  KAFKA_REBALANCE_TIMEOUT_MS: integer(30_000, 'How long a rebalance waits for a member', [1_000, 1_800_000]),
  KAFKA_FETCH_WAIT_MS: integer(500, 'How long a fetch waits for records', [1, 5_000]),
  KAFKA_FETCH_MAX_BYTES: integer(8 << 20, 'The most bytes of one fetch', [1 << 10, 1 << 30]),
  KAFKA_FETCH_MAX_PARTITION_BYTES: integer(1 << 20, 'The most bytes of one partition in a fetch', [
    1 << 10,
    1 << 30,
  ]),
  BATCH_MAX_EVENTS: integer(10_000, 'The most records that are written at once', [1, 50_000]),
  BATCH_MAX_BYTES: integer(8 << 20, 'The most bytes of keys and values that are written at once', [
    1 << 10,
    64 << 20,
  ]),
  BUFFER_MAX_BYTES: integer(4 << 20, 'Fetched and not yet written: beyond this no more is fetched', [
    1 << 10,
    1 << 30,
  ]),
  DECOMPRESSED_MAX_BYTES: integer(64 << 20, 'The most bytes that a compressed batch may unfold to', [
    1 << 10,
    1 << 30,
  ]),
};

export type KafkaSettings = Settings<typeof kafkaSettings>;
export type GroupSettings = Settings<typeof groupSettings>;
