const unused = 'report this: the pipeline sends no such request';
const topics = 'check KAFKA_TOPIC and KAFKA_DLQ_TOPIC';
const versions = 'use brokers of Kafka 2.1 or later';
const token = 'delegation tokens are not supported: use another KAFKA_SASL_MECHANISM';

/**
 * Permanent errors of Kafka (https://kafka.apache.org/protocol#protocol_error_codes), with what helps: the same
 * request fails again, until something is changed. Every other error is transient.
 */
export const permanentTypes: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'create the topics of KAFKA_TOPIC and KAFKA_DLQ_TOPIC',
  TOPIC_AUTHORIZATION_FAILED:
    'grant this user READ on KAFKA_TOPIC and WRITE on KAFKA_DLQ_TOPIC to consume, WRITE on KAFKA_TOPIC to produce',
  GROUP_AUTHORIZATION_FAILED:
    'grant this user READ on the group of KAFKA_GROUP_ID (DESCRIBE to read its offsets)',
  CLUSTER_AUTHORIZATION_FAILED: 'grant this user the ACLs that the documentation lists',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: unused,
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: token,
  SASL_AUTHENTICATION_FAILED: 'check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  UNSUPPORTED_SASL_MECHANISM: 'check KAFKA_SASL_MECHANISM',
  ILLEGAL_SASL_STATE:
    'this listener does not use SASL: unset KAFKA_SASL_MECHANISM, or name another listener in KAFKA_BROKERS',
  SECURITY_DISABLED: 'the brokers have no authorizer: configure one, or manage no ACLs',

  // What was sent.
  MESSAGE_TOO_LARGE: "send smaller records, or raise the topic's max.message.bytes",
  RECORD_LIST_TOO_LARGE: "send smaller records, or raise the topic's segment.bytes",
  INVALID_RECORD:
    'a compacted topic takes no records without a key: remove "compact" from its cleanup.policy, or send keys',
  INVALID_TIMESTAMP: "set this machine's clock, or raise the topic's message.timestamp limits",
  UNSUPPORTED_COMPRESSION_TYPE: versions,
  UNSUPPORTED_FOR_MESSAGE_FORMAT: "raise the topic's message.format.version",
  POLICY_VIOLATION: 'the brokers have a policy that forbids this: see its message, and change the request',
  INVALID_REQUIRED_ACKS: unused,

  // Settings, and what they name.
  INVALID_TOPIC_EXCEPTION: topics,
  INVALID_GROUP_ID: 'check KAFKA_GROUP_ID',
  INVALID_SESSION_TIMEOUT: "choose a KAFKA_SESSION_TIMEOUT_MS within the broker's bounds",
  INCONSISTENT_GROUP_PROTOCOL:
    'another kind of program is in this group: choose another KAFKA_GROUP_ID, or stop that program',
  FENCED_INSTANCE_ID: 'another member has the same KAFKA_GROUP_INSTANCE_ID: give each its own',
  INVALID_FETCH_SIZE: 'check KAFKA_FETCH_MAX_BYTES and KAFKA_FETCH_MAX_PARTITION_BYTES',
  OFFSET_METADATA_TOO_LARGE: unused,
  INVALID_COMMIT_OFFSET_SIZE: 'report this: the offsets of all partitions do not fit into a record',

  // Creating topics.
  TOPIC_ALREADY_EXISTS: topics,
  INVALID_PARTITIONS: 'check the number of partitions',
  INVALID_REPLICA_ASSIGNMENT: unused,
  INVALID_CONFIG: "check the topic's configuration",
  TOPIC_DELETION_DISABLED: 'set delete.topic.enable on the brokers',

  // A broker of another version.
  UNSUPPORTED_VERSION: versions,
  INVALID_REQUEST: versions,

  // Of requests that are never sent: transactions, idempotent producers, tokens, groups, reassignments.
  ...sameRemedy(unused, [
    ...['OUT_OF_ORDER_SEQUENCE_NUMBER', 'DUPLICATE_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID'],
    ...['INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING', 'INVALID_TXN_STATE'],
    ...['INVALID_TRANSACTION_TIMEOUT', 'CONCURRENT_TRANSACTIONS', 'TRANSACTION_COORDINATOR_FENCED'],
    ...['NON_EMPTY_GROUP', 'GROUP_ID_NOT_FOUND', 'GROUP_SUBSCRIBED_TO_TOPIC'],
    ...['ELECTION_NOT_NEEDED', 'NO_REASSIGNMENT_IN_PROGRESS', 'LOG_DIR_NOT_FOUND'],
  ]),
  ...sameRemedy(token, [
    ...['DELEGATION_TOKEN_AUTH_DISABLED', 'DELEGATION_TOKEN_NOT_FOUND', 'DELEGATION_TOKEN_OWNER_MISMATCH'],
    ...['DELEGATION_TOKEN_REQUEST_NOT_ALLOWED', 'DELEGATION_TOKEN_EXPIRED', 'INVALID_PRINCIPAL_TYPE'],
  ]),
};

function sameRemedy(remedy: string, types: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(types.map((type) => [type, remedy]));
}
