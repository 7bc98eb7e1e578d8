import type { KafkaRecord } from '../../record.ts';
import type { Chunk } from '../chunk-queue.ts';

/** Consecutive records of `bytes` bytes each, from an offset on. */
export function chunkOf(first: number, count: number, bytes = 10): Chunk {
  const records = Array.from({ length: count }, (_, index) => recordAt(first + index, bytes));
  return { records, nextOffset: BigInt(first + count) };
}

/** A record of `bytes` bytes. */
export function recordAt(offset: number, bytes = 10): KafkaRecord {
  return {
    offset: String(offset),
    timestamp: '0',
    encodedSize: bytes,
    key: null,
    value: Buffer.alloc(bytes),
  };
}
