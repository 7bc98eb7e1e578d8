import type { DatabaseSetup } from '@pipeline/db/read';
import type { TopicPartition, TopicSetup } from '@pipeline/kafka';
import { fixCommand } from '@pipeline/program';
import { UserError } from '@pipeline/runtime';
import type { Rollup } from '@pipeline/schema';

/** What the checks compare with each other; a UserError in place of what could not be read. */
export interface Setup {
  readonly settings: CheckedSettings;
  /** The id rule of the definition of the events. */
  readonly identity: string;
  /** The roll-ups that it declares. */
  readonly rollups: readonly Rollup[];
  readonly kafka: KafkaSetup | UserError;
  readonly postgres: DatabaseSetup | UserError;
}

/** The settings that the checks need. */
export interface CheckedSettings {
  readonly topics: readonly string[];
  readonly dlqTopic: string;
  readonly groupId: string;
  readonly schema: string;
  readonly poolMode: 'session' | 'transaction';
  readonly statementTimeoutMs: number;
  /** Connections per consumer. */
  readonly consumerConnections: number;
  readonly decompressedMaxBytes: number;
}

/** How the topics and the group are set up. */
export interface KafkaSetup {
  readonly clusterId: string | undefined;
  readonly brokers: number;
  /** The existing topics, that of dead letters included. */
  readonly topics: readonly TopicSetup[];
  /** The partitions of the events topics; null without the right to read the group's offsets. */
  readonly partitions: readonly PartitionSetup[] | null;
  /** Members of the group; null if it cannot be described. */
  readonly members: number | null;
}

/** A partition, and how far the group has read it. */
export interface PartitionSetup extends TopicPartition {
  readonly logStart: bigint;
  readonly logEnd: bigint;
  /** Undefined if the group has never committed. */
  readonly committed: bigint | undefined;
  /** The first offset younger than half of the topic's retention time; undefined if that is unlimited or unknown. */
  readonly youngFrom: bigint | undefined;
  /** Whether the oldest records are deleted when the log reaches a size. */
  readonly isSizeLimited: boolean;
  /** An offset whose record is dated later than this machine's clock allows; undefined if there is none. */
  readonly futureOffset: bigint | undefined;
}

/** A problem of the set-up and what to do about it. */
export interface Problem {
  readonly problem: string;
  readonly remedy: string;
  /** The command of the remedy, as typed where this program runs. */
  readonly command?: string | undefined;
}

type Found = Problem | readonly Problem[] | undefined;

/** Finds one kind of problem. Pure; returns nothing if what it compares is unknown. */
export type Check = (setup: Setup) => Found;

/** A check of Kafka; nothing is found if Kafka is unreachable, which has a check of its own. */
export function ofKafka(find: (kafka: KafkaSetup, settings: CheckedSettings) => Found): Check {
  return ({ kafka, settings }) => (kafka instanceof UserError ? undefined : find(kafka, settings));
}

/** A check of Postgres; nothing is found if Postgres is unreachable, which has a check of its own. */
export function ofPostgres(find: (postgres: DatabaseSetup, settings: CheckedSettings) => Found): Check {
  return ({ postgres, settings }) => (postgres instanceof UserError ? undefined : find(postgres, settings));
}

/** The problem of a UserError. */
export function toProblem({ message, remedy, fix }: UserError): Problem {
  return { problem: message, remedy, command: fix && fixCommand(fix) };
}
