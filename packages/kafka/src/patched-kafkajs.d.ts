import type { UnreadableBatch } from './consume/unreadable.ts';
import type { KafkaRecord } from './record.ts';

/** What the patches in `patches/kafkajs` add to kafkajs. */
declare module 'kafkajs' {
  /** Limits of a batch, and, halved for bytes, of what is decoded of one fetch response. Default to infinity. */
  const DecodeLimits: { maxBytes: number; maxRecords: number };

  interface ITopicMetadata {
    /** Hexadecimal; undefined before Kafka 2.8, or with an older inter.broker.protocol.version. */
    readonly topicId?: string;
  }

  interface ConsumerConfig {
    /** Makes the consumer a static member (KIP-345); unique in the group, the same after a restart. */
    readonly groupInstanceId?: string | undefined;
  }

  /** The payload of GROUP_JOIN. */
  type JoinedGroup = ConsumerGroupJoinEvent['payload'] & { readonly generationId: number };

  interface RetryOptions {
    /** Of a consumer: whether a batch that cannot be decoded is skipped. It is an error otherwise. */
    readonly skipUnreadable?: (batch: UnreadableBatch) => boolean;
  }

  interface EachBatchPayload {
    /** The offset that was requested: those before the batch's first message hold none. */
    readonly fetchedOffset: string;
    /** Leader epochs of the first and the last fetched batch; -1 or undefined if they have none. */
    readonly firstEpoch?: number | undefined;
    readonly lastEpoch?: number | undefined;
  }

  /** An Authenticator that obtains what it sends before the login begins. */
  interface PreparedAuthenticator {
    readonly prepare: () => Promise<void>;
    readonly authenticate: () => Promise<void>;
  }

  interface Kafka {
    admin(config?: AdminConfig): PatchedAdmin;
  }

  type PatchedAdmin = Admin & {
    /**
     * Calls `use` with the broker that leads a partition, and with its leader epoch if the cluster supports
     * that, after a refresh of the metadata.
     */
    withLeader<Value>(
      partition: { readonly topic: string; readonly partition: number },
      use: (broker: LeaderBroker, leaderEpoch: number | undefined) => Promise<Value>,
    ): Promise<Value>;
  };

  /** What is used of kafkajs's internal Broker. */
  interface LeaderBroker {
    /** By API key. */
    readonly versions: Readonly<
      Record<number, { readonly minVersion: number; readonly maxVersion: number } | undefined>
    >;
    readonly connectionPool: {
      send<Value>(protocol: {
        readonly request: {
          readonly apiKey: number;
          readonly apiVersion: number;
          readonly apiName: string;
          /** An Encoder, as far as it is read. */
          readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
        };
        readonly response: {
          readonly decode: (payload: Buffer) => Promise<Value>;
          readonly parse: (decoded: Value) => Promise<Value>;
        };
      }): Promise<Value>;
    };
    fetch(request: object): Promise<{
      readonly responses: readonly {
        readonly partitions: readonly { readonly messages: readonly KafkaRecord[] }[];
      }[];
    }>;
  }

  interface MessageSetEntry {
    readonly encodedSize: number;
    readonly leaderEpoch?: number;
  }

  interface RecordBatchEntry {
    /** Size in bytes of key, value, headers and their lengths. */
    readonly encodedSize: number;
    readonly leaderEpoch?: number;
    /** What contains the value, from `valueStart` to `valueEnd`; null without a value. */
    readonly source?: Buffer | null;
    readonly valueStart?: number;
    readonly valueEnd?: number;
  }
}
