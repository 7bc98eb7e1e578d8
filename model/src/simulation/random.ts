/** Random numbers that a seed decides (mulberry32). */
export class Random {
  #state: number;

  /** @param seed a 32-bit integer */
  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  }

  /** A number from 0 to 1, exclusive. */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A number in the range. */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** An integer from 0 to `count`, exclusive. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** @throws RangeError if there is nothing to choose from */
  pick<Value>(values: readonly Value[]): Value {
    const [picked] = values.slice(this.below(values.length));
    if (picked === undefined) throw new RangeError('nothing to choose from');
    return picked;
  }

  shuffle<Value>(values: readonly Value[]): readonly Value[] {
    const keyed = values.map((value) => ({ value, key: this.next() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
  }
}
