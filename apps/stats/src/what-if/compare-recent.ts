import {
  type ClusterAdmin,
  type DecodeLimits,
  type LogRange,
  type LogSlice,
  resolvePosition,
} from '@pipeline/kafka';
import { type ComparisonReport, DefinitionComparison } from '@pipeline/program';
import { createDecoder, type Decode, type EventDefinition } from '@pipeline/schema';

/** Requests to Kafka that need the right to read the topics. */
export type RecordReader = Pick<ClusterAdmin, 'fetchLogs' | 'fetchOffsetsAt' | 'readRange'>;

export interface RecentChoice {
  readonly topics: readonly string[];
  readonly present: EventDefinition;
  readonly candidate: EventDefinition;
  /** Milliseconds since 1970: records from this time on are compared. */
  readonly sinceMs: number;
  /** Limits of compressed batches. */
  readonly limits: DecodeLimits;
  /** Whether to end before all records are compared. */
  readonly isOver: (records: number) => boolean;
}

/** A comparison, which may have ended early. */
export interface RecentComparison extends ComparisonReport {
  readonly isComplete: boolean;
}

/** Compares what two definitions make of the latest records of some topics. @throws kafkajs's error */
export async function compareRecent(reader: RecordReader, choice: RecentChoice): Promise<RecentComparison> {
  const comparison = new DefinitionComparison();
  const decoders = [createDecoder(choice.present), createDecoder(choice.candidate)] as const;
  let records = 0;
  for (const range of await findRanges(reader, choice))
    for await (const slice of reader.readRange(range, choice.limits)) {
      if (choice.isOver(records)) return { ...comparison.report, isComplete: false };
      compareSlice(comparison, decoders, range, slice);
      records += slice.records.length;
    }
  return { ...comparison.report, isComplete: true };
}

async function findRanges(
  reader: RecordReader,
  { topics, sinceMs }: RecentChoice,
): Promise<readonly LogRange[]> {
  const logs = await reader.fetchLogs(topics);
  const startOf = await resolvePosition(reader, topics, new Date(sinceMs));
  return logs.map(({ topic, partition, logEnd, stableEnd }) => {
    const place = { topic, partition };
    return { ...place, start: startOf(place) ?? logEnd, end: stableEnd };
  });
}

function compareSlice(
  comparison: DefinitionComparison,
  [present, candidate]: readonly [Decode, Decode],
  { topic, partition }: LogRange,
  { records }: LogSlice,
): void {
  const place = { topic, partition };
  for (const record of records)
    comparison.add(
      present(record, place, {}),
      candidate(record, place, {}),
      `${topic}:${partition}:${record.offset}`,
    );
}
