import type { Kafka } from 'kafkajs';
import { vi } from 'vitest';
import { chunkOf } from './chunks.ts';

type Listener = (event: { readonly payload: object }) => void;
type EachBatch = (payload: object) => Promise<void>;

/** kafkajs's consumer, as far as a group member uses it; the test decides what the broker does. */
export class FakeConsumer {
  readonly events = {
    GROUP_JOIN: 'join',
    STOP: 'stop',
    CRASH: 'crash',
    FETCH: 'fetch',
    HEARTBEAT: 'heartbeat',
  };
  readonly seek = vi.fn();
  readonly pause = vi.fn();
  readonly resume = vi.fn();
  readonly commitOffsets = vi.fn(async (_: readonly object[]) => {});
  readonly disconnect = vi.fn(async () => {});
  concurrency = 0;
  #listeners = new Map<string, Listener>();
  #eachBatch: EachBatch = async () => {};

  on(name: string, listener: Listener): void {
    this.#listeners.set(name, listener);
  }

  async connect(): Promise<void> {}

  async subscribe(): Promise<void> {}

  async run(options: { readonly eachBatch: EachBatch; readonly partitionsConsumedConcurrently: number }) {
    this.#eachBatch = options.eachBatch;
    this.concurrency = options.partitionsConsumedConcurrently;
  }

  /** The group assigns partitions of the topic `events` to the member. */
  assign(memberId: string, partitions: readonly number[]): void {
    this.#emit('join', { memberId, generationId: 1, memberAssignment: { events: partitions } });
  }

  /** kafkajs gives up. */
  crash(error: Error): void {
    this.#emit('stop');
    this.#emit('crash', { error });
  }

  /** Hands a fetched batch to the member. */
  fetch(payload: object): Promise<void> {
    return this.#eachBatch(payload);
  }

  #emit(name: string, payload: object = {}): void {
    this.#listeners.get(name)?.({ payload });
  }
}

/** A client, and the consumers that it has created. */
export function fakeKafka() {
  const consumers: FakeConsumer[] = [];
  const consumer = () => {
    const created = new FakeConsumer();
    consumers.push(created);
    return created;
  };
  return { kafka: { consumer } as unknown as Kafka, consumers };
}

/** What a broker has sent of a partition of the topic `events`: `count` records of `bytes` bytes from an offset on. */
export function fetched(partition: number, first: number, count: number, bytes = 10) {
  const batch = {
    topic: 'events',
    partition,
    messages: chunkOf(first, count, bytes).records,
    lastOffset: () => String(first + count - 1),
  };
  return {
    batch,
    fetchedOffset: String(first),
    isStale: () => false,
    isRunning: () => true,
    heartbeat: vi.fn(async () => {}),
    commitOffsetsIfNecessary: vi.fn(async (_: object) => {}),
    resolveOffset: vi.fn(),
  };
}
