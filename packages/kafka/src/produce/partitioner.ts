import type { ICustomPartitioner, Message, PartitionerArgs, PartitionMetadata } from 'kafkajs';

/**
 * Partitions by the murmur2 hash of the key, as Kafka's own clients do; messages without a key take turns. Written with
 * 32-bit integers, as in Java: kafkajs's partitioner computes with objects around BigInts.
 *
 * Notes its partition in each message. kafkajs partitions again on every retry, and a message without a key would
 * get another partition: messages would be sent twice or never.
 */
export const createPartitioner: ICustomPartitioner = () => {
  let turn = Math.floor(Math.random() * 1_000);
  return ({ message, partitionMetadata }) => {
    message.partition ??= choose(message.key, partitionMetadata, () => turn++);
    return message.partition;
  };
};

function choose(
  key: Message['key'],
  partitions: PartitionerArgs['partitionMetadata'],
  takeTurn: () => number,
): number {
  if (key !== null && key !== undefined) {
    return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions.length;
  }
  const available = partitions.filter(hasLeader);
  const candidates = available.length > 0 ? available : partitions;
  return candidates[takeTurn() % candidates.length]?.partitionId ?? 0;
}

function hasLeader({ leader }: PartitionMetadata): boolean {
  return leader >= 0;
}

const M = 0x5bd1e995;

/** Kafka's hash of keys, from `org.apache.kafka.common.utils.Utils.murmur2`; a signed 32-bit integer. */
export function murmur2(key: Buffer): number {
  const tail = key.length & ~3;
  let hash = 0x9747b28c ^ key.length;
  for (let at = 0; at < tail; at += 4) hash = Math.imul(hash, M) ^ mix(key.readInt32LE(at));
  if (tail < key.length) hash = Math.imul(hash ^ key.readUIntLE(tail, key.length - tail), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

function mix(word: number): number {
  const product = Math.imul(word, M);
  return Math.imul(product ^ (product >>> 24), M);
}
