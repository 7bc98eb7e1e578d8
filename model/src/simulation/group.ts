import type { Clock } from './clock.ts';
import { kafkaError } from './network.ts';
import type { Random } from './random.ts';

/** What a member learns when it has joined. */
export interface Membership {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly number[];
}

interface Member {
  heardAt: number;
  /** The member's request to join. */
  joining: PromiseWithResolvers<Membership> | undefined;
}

export const SESSION_MS = 6_000;
const REBALANCE_MS = 8_000;

/** The group coordinator: members, generations and committed offsets. */
export class Group {
  generation = 0;
  readonly committed = new Map<number, bigint>();
  /** Called after every commit. */
  onCommit: (partition: number) => void = () => {};
  readonly #members = new Map<string, Member>();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #partitions: readonly number[];
  #isRebalancing = false;
  #ids = 0;

  constructor(clock: Clock, random: Random, partitions: readonly number[]) {
    this.#clock = clock;
    this.#random = random;
    this.#partitions = partitions;
  }

  /** Resolves when every member has joined, or the others are out of time. */
  join(memberId: string): Promise<Membership> {
    const id = this.#members.has(memberId) ? memberId : `member-${++this.#ids}`;
    const joining = Promise.withResolvers<Membership>();
    this.#members.set(id, { heardAt: this.#clock.now, joining });
    this.rebalance();
    return joining.promise;
  }

  heartbeat(memberId: string, generation: number): void {
    this.#require(memberId, generation).heardAt = this.#clock.now;
    if (this.#isRebalancing) throw kafkaError('REBALANCE_IN_PROGRESS');
  }

  /** Kafka checks the generation, but not whether the partitions are the member's. */
  commit(memberId: string, generation: number, offsets: ReadonlyMap<number, bigint>): void {
    this.#require(memberId, generation).heardAt = this.#clock.now;
    for (const [partition, offset] of offsets) {
      this.committed.set(partition, offset);
      this.onCommit(partition);
    }
  }

  leave(memberId: string): void {
    this.#members.get(memberId)?.joining?.reject(kafkaError('UNKNOWN_MEMBER_ID'));
    if (this.#members.delete(memberId)) this.rebalance();
  }

  /** Expels a member at random, as after a broker's restart. */
  expelOne(): void {
    const ids = [...this.#members.keys()];
    if (ids.length > 0) this.leave(this.#random.pick(ids));
  }

  /** Removes members that have sent no heartbeat. */
  expire(): void {
    for (const [id, { heardAt, joining }] of this.#members)
      if (joining === undefined && heardAt + SESSION_MS < this.#clock.now) this.leave(id);
  }

  rebalance(): void {
    if (!this.#isRebalancing) {
      this.#isRebalancing = true;
      const { generation } = this;
      this.#clock.after(REBALANCE_MS, () => {
        if (this.#isRebalancing && this.generation === generation) this.#complete();
      });
    }
    if ([...this.#members.values()].every(({ joining }) => joining !== undefined)) this.#complete();
  }

  /** Starts the next generation with the members that have joined, and without the others. */
  #complete(): void {
    this.#isRebalancing = false;
    this.generation++;
    for (const [id, { joining }] of this.#members) if (joining === undefined) this.#members.delete(id);
    const members = this.#random.shuffle([...this.#members]);
    for (const [index, [memberId, member]] of members.entries()) {
      const partitions = this.#partitions.filter((partition) => partition % members.length === index);
      member.joining?.resolve({ memberId, generation: this.generation, partitions });
      member.joining = undefined;
      member.heardAt = this.#clock.now;
    }
  }

  #require(memberId: string, generation: number): Member {
    const member = this.#members.get(memberId);
    if (member === undefined) throw kafkaError('UNKNOWN_MEMBER_ID');
    if (generation !== this.generation) throw kafkaError('ILLEGAL_GENERATION');
    return member;
  }
}
