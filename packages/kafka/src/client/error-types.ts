/**
 * Every error of kafkajs's table (https://kafka.apache.org/protocol#protocol_error_codes), classified. One that
 * is in neither list is newer than kafkajs, and transient.
 */

const unused = 'report this: the pipeline sends no such request';
const topics = 'check KAFKA_TOPIC and KAFKA_DLQ_TOPIC';
const versions = 'use brokers of Kafka 2.1 or later';
const token = 'delegation tokens are not supported: use another KAFKA_SASL_MECHANISM';

/** Permanent errors, with what helps: the same request fails again, until something is changed. */
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
  OUT_OF_ORDER_SEQUENCE_NUMBER: unused,
  DUPLICATE_SEQUENCE_NUMBER: unused,
  INVALID_PRODUCER_EPOCH: unused,
  INVALID_TXN_STATE: unused,
  INVALID_PRODUCER_ID_MAPPING: unused,
  INVALID_TRANSACTION_TIMEOUT: unused,
  CONCURRENT_TRANSACTIONS: unused,
  TRANSACTION_COORDINATOR_FENCED: unused,
  UNKNOWN_PRODUCER_ID: unused,
  DELEGATION_TOKEN_AUTH_DISABLED: token,
  DELEGATION_TOKEN_NOT_FOUND: token,
  DELEGATION_TOKEN_OWNER_MISMATCH: token,
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: token,
  DELEGATION_TOKEN_EXPIRED: token,
  INVALID_PRINCIPAL_TYPE: token,
  NON_EMPTY_GROUP: unused,
  GROUP_ID_NOT_FOUND: unused,
  GROUP_SUBSCRIBED_TO_TOPIC: unused,
  ELECTION_NOT_NEEDED: unused,
  NO_REASSIGNMENT_IN_PROGRESS: unused,
  LOG_DIR_NOT_FOUND: unused,
};

/** Transient errors, with the reason why a retry may succeed. */
export const transientTypes: Readonly<Record<string, string>> = {
  UNKNOWN: 'an unexpected exception in the broker',
  KAFKAJS_UNKNOWN_ERROR_CODE: 'an error that kafkajs does not know, such as an exceeded quota',
  OFFSET_OUT_OF_RANGE: 'positions are located again after a rejoin',
  CORRUPT_MESSAGE: 'a request was damaged on its way',
  LEADER_NOT_AVAILABLE: 'a leader is being elected',
  NOT_LEADER_FOR_PARTITION: 'the leader has moved; metadata is refreshed',
  PREFERRED_LEADER_NOT_AVAILABLE: 'a broker is down',
  ELIGIBLE_LEADERS_NOT_AVAILABLE: 'brokers are down',
  FENCED_LEADER_EPOCH: 'the leader has moved; metadata is refreshed',
  UNKNOWN_LEADER_EPOCH: 'the broker has older metadata',
  STALE_CONTROLLER_EPOCH: 'the controller has moved',
  STALE_BROKER_EPOCH: 'a broker is restarting',
  NOT_CONTROLLER: 'the controller has moved; metadata is refreshed',
  REQUEST_TIMED_OUT: 'the broker is slow, or replicas are',
  BROKER_NOT_AVAILABLE: 'a broker is down',
  REPLICA_NOT_AVAILABLE: 'a replica is being moved or restarted',
  NETWORK_EXCEPTION: 'a connection broke',
  NOT_ENOUGH_REPLICAS: 'replicas are down or behind',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'replicas are down or behind',
  KAFKA_STORAGE_ERROR: 'a disk of the broker has failed; another replica takes over',
  OFFSET_NOT_AVAILABLE: 'the new leader has not caught up yet',
  UNSTABLE_OFFSET_COMMIT: 'a transaction is open',
  GROUP_LOAD_IN_PROGRESS: 'the coordinator is loading the group',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'the coordinator is being elected',
  NOT_COORDINATOR_FOR_GROUP: 'the coordinator has moved',
  ILLEGAL_GENERATION: 'the group has rebalanced; the member rejoins',
  UNKNOWN_MEMBER_ID: 'the member was expelled; it rejoins',
  REBALANCE_IN_PROGRESS: 'the member rejoins',
  MEMBER_ID_REQUIRED: 'the member joins with the id that the response contains',
  GROUP_MAX_SIZE_REACHED: 'a place becomes free when a member leaves',
  INVALID_REPLICATION_FACTOR: 'brokers that are starting have not registered yet',
  OPERATION_NOT_ATTEMPTED: 'another part of the request failed',
  REASSIGNMENT_IN_PROGRESS: 'partitions are being moved',
  FETCH_SESSION_ID_NOT_FOUND: 'the broker has forgotten the session',
  INVALID_FETCH_SESSION_EPOCH: 'the broker has another state of the session',
  LISTENER_NOT_FOUND: 'the leader is registering its listeners',
};
