/// <reference path="../patched-kafkajs.d.ts" />
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type LeaderBroker, type PatchedAdmin } from 'kafkajs';
import type { EpochEnd } from '../consume/divergence.ts';
import type { KafkaRecord } from '../record.ts';
import type { TopicPartition } from '../topic-partition.ts';

/** https://kafka.apache.org/protocol#The_Messages_OffsetForLeaderEpoch */
const OFFSET_FOR_LEADER_EPOCH = { apiKey: 23, apiVersion: 3, apiName: 'OffsetForLeaderEpoch' } as const;
/** Of the response: no epoch of the log is as early as the requested one. */
const UNDEFINED_EPOCH = -1;
/** How long metadata may lag behind a leader election: this many times half a second. */
const STALE_READS = 10;

/**
 * Asks a partition's leader for the end of the latest epoch that is not later than `epoch`.
 * @param electedEpoch a leader epoch that is known to exist: an earlier leader is not asked
 * @returns undefined if the broker does not support the request, if the log has no such epoch, or if the
 * cluster has lost `electedEpoch`, because it was restored to an older state
 * @throws kafkajs's error
 */
export async function fetchEpochEnd(
  admin: PatchedAdmin,
  partition: TopicPartition,
  epoch: number,
  electedEpoch = epoch,
): Promise<EpochEnd | undefined> {
  for (let reads = 0; reads < STALE_READS; reads++) {
    if (reads > 0) await sleep(500);
    const answer = await admin.withLeader(partition, async (broker, leaderEpoch) => {
      if (leaderEpoch === undefined || !isSupported(broker)) return undefined;
      return leaderEpoch < electedEpoch
        ? 'stale'
        : await requestEpochEnd(broker, partition, epoch, leaderEpoch);
    });
    if (answer !== 'stale') return answer;
  }
  return undefined;
}

function isSupported({ versions }: LeaderBroker): boolean {
  const { apiKey, apiVersion } = OFFSET_FOR_LEADER_EPOCH;
  const supported = versions[apiKey];
  return supported !== undefined && supported.minVersion <= apiVersion && apiVersion <= supported.maxVersion;
}

function requestEpochEnd(
  { connectionPool }: LeaderBroker,
  partition: TopicPartition,
  epoch: number,
  leaderEpoch: number,
): Promise<EpochEnd | undefined> {
  const buffer = encodeRequest(partition, epoch, leaderEpoch);
  return connectionPool.send({
    request: { ...OFFSET_FOR_LEADER_EPOCH, encode: async () => ({ buf: buffer, buffer }) },
    response: { decode: async (payload) => decodeResponse(payload), parse: async (response) => response },
  });
}

/** With the current leader epoch, a broker that is no longer the leader refuses the request. */
function encodeRequest({ topic, partition }: TopicPartition, epoch: number, leaderEpoch: number): Buffer {
  const name = Buffer.from(topic);
  const buffer = Buffer.alloc(26 + name.length);
  buffer.writeInt32BE(-1, 0); // replica id of a consumer
  buffer.writeInt32BE(1, 4); // topics
  buffer.writeInt16BE(name.length, 8);
  name.copy(buffer, 10);
  buffer.writeInt32BE(1, 10 + name.length); // partitions
  buffer.writeInt32BE(partition, 14 + name.length);
  buffer.writeInt32BE(leaderEpoch, 18 + name.length);
  buffer.writeInt32BE(epoch, 22 + name.length);
  return buffer;
}

/** The response has the one partition of the request at its end. */
function decodeResponse(payload: Buffer): EpochEnd | undefined {
  const [errorCode, epoch, endOffset] = [
    payload.readInt16BE(payload.length - 18),
    payload.readInt32BE(payload.length - 12),
    payload.readBigInt64BE(payload.length - 8),
  ];
  if (errorCode !== 0)
    throw new kafkajs.KafkaJSError(`the leader refused the end of an epoch with error ${errorCode}`);
  return epoch === UNDEFINED_EPOCH ? undefined : { epoch, endOffset };
}

/**
 * Reads the record at an offset; undefined if there is none, or if its batch cannot be read.
 * @throws kafkajs's error, such as OFFSET_OUT_OF_RANGE
 */
export async function fetchRecord(
  admin: PatchedAdmin,
  { topic, partition }: TopicPartition,
  offset: bigint,
): Promise<KafkaRecord | undefined> {
  // A broker returns at least one batch, however small the limit.
  const partitions = [{ partition, fetchOffset: String(offset), maxBytes: 1 }];
  const fetch = { replicaId: -1, isolationLevel: 0, maxWaitTime: 0, maxBytes: 1 };
  const { responses } = await admin.withLeader({ topic, partition }, (broker) =>
    broker.fetch({ ...fetch, topics: [{ topic, partitions }] }),
  );
  const records = responses.flatMap((response) => response.partitions.flatMap(({ messages }) => messages));
  return records.find((record) => record.offset === String(offset));
}
