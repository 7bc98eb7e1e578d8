import {
  type ClusterAdmin,
  connectKafka,
  explainKafkaFault,
  type Group,
  type GroupSettings,
  type KafkaSettings,
  kafkaErrorType,
  openAdmin,
  type PartitionOffsets,
  requireTopics,
} from '@pipeline/kafka';
import { Failure, failureLine, type Logger, retryForever, withDeadline } from '@pipeline/runtime';

const ANSWER_MS = 4_000;

/** Asks Kafka for offsets over one connection, and makes another after a failure. */
export interface OffsetReader extends Disposable {
  /** @throws Failure when Kafka does not answer within a few seconds, or has no such topic */
  fetch(): Promise<readonly PartitionOffsets[]>;
  /** Who reads; null where Kafka does not say, as without the right to describe the group. */
  describeGroup(): Promise<Group | null>;
}

/** Connects at the first question. */
export function createOffsetReader(
  settings: KafkaSettings & Pick<GroupSettings, 'KAFKA_GROUP_ID'>,
  logger: Logger,
  connect = () => openAdmin(connectKafka(settings, 'stats', logger)),
): OffsetReader {
  const { KAFKA_TOPIC: topic, KAFKA_GROUP_ID: groupId } = settings;
  let opening: Promise<ClusterAdmin> | undefined;
  const open = () => {
    opening ??= connect();
    return opening;
  };
  const ask = async (opened: Promise<ClusterAdmin>) => {
    const admin = await opened;
    // kafkajs would ask for a missing topic in a way that lets a broker make it.
    await requireTopics(admin, [topic]);
    return await admin.fetchOffsets(topic, groupId);
  };
  // Whoever asked over the same connection may have forgotten it already, and another have made a new one.
  const forget = (opened: Promise<ClusterAdmin> | undefined) => {
    if (opened === undefined || opened !== opening) return;
    opened.then((admin) => admin[Symbol.asyncDispose]()).catch(() => {});
    opening = undefined;
  };
  return {
    async fetch() {
      const opened = open();
      try {
        const signal = AbortSignal.timeout(ANSWER_MS);
        const asking = retryForever(() => ask(opened), { isPassing: isNotReady, signal });
        return await withDeadline(asking, ANSWER_MS, 'it');
      } catch (error) {
        forget(opened);
        throw explain(error, settings.KAFKA_BROKERS);
      }
    },
    async describeGroup() {
      const asking = open().then((admin) => admin.describeGroup(groupId, topic));
      return await withDeadline(asking, ANSWER_MS, 'it').catch(() => null);
    },
    [Symbol.dispose]: () => forget(opening),
  };
}

/** Kafka answers, but does not know its groups yet: on its first day, after a start, or while a group moves to another broker. */
function isNotReady(error: unknown): boolean {
  return /^(GROUP_LOAD_IN_PROGRESS|GROUP_COORDINATOR_NOT_AVAILABLE|NOT_COORDINATOR_FOR_GROUP)$/.test(
    kafkaErrorType(error),
  );
}

function explain(error: unknown, brokers: readonly string[]): Failure {
  const explained = explainKafkaFault(error);
  if (explained instanceof Failure) return explained;
  return new Failure(
    `Kafka at ${brokers.join(',')} does not answer: ${failureLine(error)}`,
    'start it, or check KAFKA_BROKERS',
  );
}
