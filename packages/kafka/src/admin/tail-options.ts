import type { DecodeLimits } from '../client/codecs.ts';
import type { KafkaRecord } from '../record.ts';
import type { TopicPartition } from '../topic-partition.ts';

/** Options of `readTail`; apart from it, because the declarations of its file need the patched kafkajs. */
export interface TailOptions<Value> {
  readonly topics: readonly string[];
  /** Maximum number of records, of all partitions together. */
  readonly count: number;
  readonly limits: DecodeLimits;
  /** What to keep of a record, which keeps its whole fetch alive; also called with records before the tail. */
  readonly read: (record: KafkaRecord, place: TopicPartition) => Value;
}
