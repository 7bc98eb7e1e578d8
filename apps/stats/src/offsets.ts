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
import { errorLine, type Logger, retryForever, UserError, withDeadline } from '@pipeline/runtime';

const ANSWER_MS = 4_000;

/** Asks Kafka for offsets over one connection, and makes another after a failure. */
export interface OffsetReader extends Disposable {
  /** @throws UserError when Kafka does not answer within a few seconds, or has no such topic */
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
  const connection = new Connection(connect);
  const ask = async (opened: Promise<ClusterAdmin>) => {
    const admin = await opened;
    // kafkajs would ask for a missing topic in a way that lets a broker make it.
    await requireTopics(admin, [topic]);
    return await admin.fetchOffsets(topic, groupId);
  };
  return {
    async fetch() {
      const opened = connection.open();
      try {
        const signal = AbortSignal.timeout(ANSWER_MS);
        const asking = retryForever(() => ask(opened), { isTransient: isNotReady, signal });
        return await withDeadline(asking, ANSWER_MS, 'it');
      } catch (error) {
        connection.forget(opened);
        throw explain(error, settings.KAFKA_BROKERS);
      }
    },
    async describeGroup() {
      const asking = connection.open().then((admin) => admin.describeGroup(groupId, topic));
      return await withDeadline(asking, ANSWER_MS, 'it').catch(() => null);
    },
    [Symbol.dispose]: () => connection.forget(),
  };
}

/** One connection, which is made at the first question, and another once it has been forgotten. */
class Connection {
  readonly #connect: () => Promise<ClusterAdmin>;
  #opened: Promise<ClusterAdmin> | undefined;

  constructor(connect: () => Promise<ClusterAdmin>) {
    this.#connect = connect;
  }

  open(): Promise<ClusterAdmin> {
    this.#opened ??= this.#connect();
    return this.#opened;
  }

  /** Whoever asked over the same one may have forgotten it already, and another have made a new one. */
  forget(opened = this.#opened): void {
    if (opened === undefined || opened !== this.#opened) return;
    opened.then((admin) => admin[Symbol.asyncDispose]()).catch(() => {});
    this.#opened = undefined;
  }
}

/** Kafka answers, but does not know its groups yet: on its first day, after a start, or while a group moves to another broker. */
function isNotReady(error: unknown): boolean {
  return /^(GROUP_LOAD_IN_PROGRESS|GROUP_COORDINATOR_NOT_AVAILABLE|NOT_COORDINATOR_FOR_GROUP)$/.test(
    kafkaErrorType(error),
  );
}

function explain(error: unknown, brokers: readonly string[]): UserError {
  const explained = toUserError(error);
  if (explained instanceof UserError) return explained;
  return new UserError(
    `Kafka at ${brokers.join(',')} does not answer: ${errorLine(error)}`,
    'start it, or check KAFKA_BROKERS',
  );
}
