import {
  type ClusterAdmin,
  connectKafka,
  type Group,
  type GroupSettings,
  type KafkaSettings,
  kafkaErrorType,
  openAdmin,
  type PartitionOffsets,
  requireTopics,
  toUserError,
} from '@pipeline/kafka';
import { errorLine } from '@pipeline/program';
import { type Logger, retryForever, UserError, withDeadline } from '@pipeline/runtime';

const TIMEOUT_MS = 4_000;

/** Fetches offsets from Kafka over one connection, which is opened on first use, and replaced after an error. */
export function createOffsetReader(
  settings: KafkaSettings & Pick<GroupSettings, 'KAFKA_GROUP_ID'>,
  logger: Logger,
  connect = () => openAdmin(connectKafka(settings, 'stats', logger)),
) {
  const { KAFKA_TOPIC: topics, KAFKA_GROUP_ID: groupId } = settings;
  const connection = reopenable(connect);
  const fetchOffsets = async (opened: Promise<ClusterAdmin>) => {
    const admin = await opened;
    // For a missing topic, kafkajs sends a request that lets a broker create it.
    await requireTopics(admin, topics);
    return await admin.fetchOffsets(topics, groupId);
  };
  return {
    /** @throws UserError if Kafka does not respond within 4 s, or a topic does not exist */
    async fetch(): Promise<readonly PartitionOffsets[]> {
      const opened = connection.open();
      try {
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        const fetching = retryForever(() => fetchOffsets(opened), { isTransient: isNotReady, signal });
        return await withDeadline(fetching, TIMEOUT_MS, 'the request');
      } catch (error) {
        connection.forget(opened);
        throw explain(error, settings.KAFKA_BROKERS);
      }
    },
    /** The consumer group; null if it is unknown, for example without the right to describe it. */
    async describeGroup(): Promise<Group | null> {
      const describing = connection.open().then((admin) => admin.describeGroup(groupId));
      return await withDeadline(describing, TIMEOUT_MS, 'the request').catch(() => null);
    },
    [Symbol.dispose]: () => connection.forget(),
  };
}

/** A connection that is opened on first use, and again once it has been forgotten. */
function reopenable(connect: () => Promise<ClusterAdmin>) {
  let opened: Promise<ClusterAdmin> | undefined;
  const open = () => {
    opened ??= connect();
    return opened;
  };
  /** Does nothing if a concurrent caller has already replaced the connection. */
  const forget = (one = opened) => {
    if (one === undefined || one !== opened) return;
    one.then((admin) => admin[Symbol.asyncDispose]()).catch(() => {});
    opened = undefined;
  };
  return { open, forget };
}

/** The group coordinator is not available yet: after a start, or while it moves to another broker. */
export function isNotReady(error: unknown): boolean {
  return /^(GROUP_LOAD_IN_PROGRESS|GROUP_COORDINATOR_NOT_AVAILABLE|NOT_COORDINATOR_FOR_GROUP)$/.test(
    kafkaErrorType(error),
  );
}

function explain(error: unknown, brokers: readonly string[]): UserError {
  const explained = toUserError(error);
  if (explained instanceof UserError) return explained;
  return new UserError(
    `Kafka at ${brokers.join(',')} does not respond: ${errorLine(error)}`,
    'start it, or check KAFKA_BROKERS',
  );
}
