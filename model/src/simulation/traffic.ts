import type { Cluster } from './cluster.ts';
import type { Content, LoggedRecord } from './log.ts';
import type { Random } from './random.ts';

const kinds: readonly Content['kind'][] = ['invalid', 'refused', 'constrained'];

/** Produces records: events, duplicates, dead letters and offsets without a record. */
export class Traffic {
  readonly #cluster: Cluster;
  readonly #random: Random;
  readonly #ids: string[] = [];
  /** The share of records that become dead letters. */
  readonly #invalid: number;
  readonly #duplicates: number;

  constructor(cluster: Cluster, random: Random) {
    this.#cluster = cluster;
    this.#random = random;
    this.#invalid = random.pick([0, 0.05, 0.3]);
    this.#duplicates = random.pick([0, 0.05, 0.5]);
  }

  /** Appends some records to a partition. */
  append(partition: number, count: number): void {
    const { log } = this.#cluster.partition(partition);
    for (let index = 0; index < count; index++)
      log.append(this.#random.chance(0.05) ? undefined : this.#record());
  }

  #record() {
    const kind = this.#random.chance(this.#invalid) ? this.#random.pick(kinds) : 'event';
    const isDuplicate = kind === 'event' && this.#ids.length > 0 && this.#random.chance(this.#duplicates);
    const id = isDuplicate ? this.#random.pick(this.#ids) : this.#newId();
    if (kind === 'event' && !isDuplicate) this.#ids.push(id);
    return recordOf(kind, id, this.#random.below(3));
  }

  #newId(): string {
    const digits = () =>
      this.#random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, '0');
    const [a, b, c, d] = [digits(), digits(), digits(), digits()];
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
  }
}

function recordOf(
  kind: Content['kind'],
  id: string,
  minute: number,
): Omit<LoggedRecord, 'offset' | 'leaderEpoch'> {
  const event = {
    event_id: id,
    event_type: 'page_view',
    event_time: `2026-01-01T00:0${minute}:00.000000Z`,
    user_id: kind === 'constrained' ? 'forbidden' : 'user',
    payload: { path: kind === 'refused' ? '\u0000' : '/' },
  };
  const value = Buffer.from(kind === 'invalid' ? `invalid ${id}` : JSON.stringify(event));
  return {
    encodedSize: value.length,
    timestamp: '1767225600000',
    key: null,
    value,
    headers: [],
    content: { kind, eventId: kind === 'event' ? id : undefined },
  };
}
