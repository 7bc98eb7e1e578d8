import {
  type ClusterAdmin,
  type DecodeLimits,
  type LogRange,
  resolvePosition,
  type TopicPartition,
} from '@pipeline/kafka';
import {
  type ComparisonReport,
  createLimitedDecoder,
  DefinitionComparison,
  type FindInvalid,
  refuseInvalid,
} from '@pipeline/program';
import { lowest } from '@pipeline/runtime';
import type { EventDefinition, DecodeLimits as EventLimits } from '@pipeline/schema';
import { readInTurns, type Step } from './read-in-turns.ts';

/** Requests to Kafka that need the right to read the topics. */
export type RecordReader = Pick<ClusterAdmin, 'fetchLogs' | 'fetchOffsetsAt' | 'readRange'>;

/** The systems that a comparison reads. */
export interface RecentSources {
  readonly reader: RecordReader;
  readonly findInvalid: FindInvalid;
}

export interface RecentChoice {
  readonly topics: readonly string[];
  readonly present: EventDefinition;
  readonly candidate: EventDefinition;
  /** Milliseconds since 1970: records from this time on are compared. */
  readonly sinceMs: number;
  /** Limits of compressed batches. */
  readonly limits: DecodeLimits;
  /** Limits of an event. */
  readonly eventLimits: EventLimits;
  /** Whether to end before all records are compared. */
  readonly isOver: (records: number) => boolean;
}

/** Offsets of a partition; `next` is the first one that was not compared. Decimal. */
interface ComparedRange extends TopicPartition {
  readonly from: string;
  readonly to: string;
  readonly next: string;
}

/** A comparison, which may have ended early. */
export interface RecentComparison extends ComparisonReport {
  readonly isComplete: boolean;
  readonly ranges: readonly ComparedRange[];
}

/**
 * Compares what two definitions make of the latest records of some topics, in turns of the partitions.
 * @throws kafkajs's error, what `findInvalid` throws
 */
export async function compareRecent(
  { reader, findInvalid }: RecentSources,
  choice: RecentChoice,
): Promise<RecentComparison> {
  const comparison = new DefinitionComparison();
  const compare = createCompare(comparison, findInvalid, choice);
  const ranges = await findRanges(reader, choice);
  const next = new Map(ranges.map((range) => [range, range.start]));
  let records = 0;
  for await (const step of readInTurns((range) => reader.readRange(range, choice.limits), ranges)) {
    if (choice.isOver(records)) break;
    await compare(step);
    next.set(step.range, step.slice.end);
    records += step.slice.records.length;
  }
  const isComplete = ranges.every((range) => next.get(range) === range.end);
  return {
    ...comparison.report,
    isComplete,
    ranges: ranges.map((range) => toCompared(range, next.get(range))),
  };
}

/** The ranges to compare; empty ones start at their end. */
async function findRanges(
  reader: RecordReader,
  { topics, sinceMs }: RecentChoice,
): Promise<readonly LogRange[]> {
  const logs = await reader.fetchLogs(topics);
  const startOf = await resolvePosition(reader, topics, new Date(sinceMs));
  return logs.map(({ topic, partition, stableEnd }) => {
    const place = { topic, partition };
    return { ...place, start: lowest(startOf(place) ?? stableEnd, stableEnd), end: stableEnd };
  });
}

/** Compares the records of steps, judged as the consumer would. */
function createCompare(
  comparison: DefinitionComparison,
  findInvalid: FindInvalid,
  { present, candidate, eventLimits }: RecentChoice,
) {
  const decodeOld = createLimitedDecoder(present, eventLimits);
  const decodeNew = createLimitedDecoder(candidate, eventLimits);
  return async ({ range: { topic, partition }, slice: { records } }: Step<LogRange>): Promise<void> => {
    const judge = (decode: typeof decodeOld) => {
      const decodings = records.map((record) => decode(record, { topic, partition }));
      return refuseInvalid(findInvalid, decodings);
    };
    const [olds, news] = [await judge(decodeOld), await judge(decodeNew)];
    for (const [index, { offset }] of records.entries()) {
      const [old, changed] = [olds[index], news[index]];
      if (old && changed) comparison.add(old, changed, `${topic}:${partition}:${offset}`);
    }
  };
}

function toCompared({ topic, partition, start, end }: LogRange, next = start): ComparedRange {
  return { topic, partition, from: String(start), to: String(end), next: String(next) };
}
