const FIRST_SLOTS = 1 << 12;

/** Number of ids that a set may hold: 128 MiB, and half of that again while it grows. */
const MAX_IDS = 1 << 22;

/** UUIDs in 16 bytes each, in a hash table that is at most half full: a Set of strings needs five times as much. */
export class EventIds {
  readonly #max: number;
  #slots = new BigUint64Array(2 * FIRST_SLOTS);
  #count = 0;
  #hasZero = false;

  constructor(max = MAX_IDS) {
    this.#max = max;
  }

  /** Adds an id. @returns false if it was there already; undefined if it is new and there is no room for it */
  add(id: string): boolean | undefined {
    const digits = id.replaceAll('-', '');
    const [high, low] = [BigInt(`0x${digits.slice(0, 16)}`), BigInt(`0x${digits.slice(16)}`)];
    if (high === 0n && low === 0n) return this.#addZero();
    const slot = findSlot(this.#slots, high, low);
    if (this.#slots[slot] !== 0n || this.#slots[slot + 1] !== 0n) return false;
    if (this.#count === this.#max) return undefined;
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    if (4 * ++this.#count > this.#slots.length) this.#grow();
    return true;
  }

  /** Two zeros stand for an empty slot. */
  #addZero(): boolean {
    const isNew = !this.#hasZero;
    this.#hasZero = true;
    return isNew;
  }

  #grow(): void {
    const grown = new BigUint64Array(2 * this.#slots.length);
    for (let from = 0; from < this.#slots.length; from += 2) {
      const [high = 0n, low = 0n] = this.#slots.subarray(from, from + 2);
      if (high === 0n && low === 0n) continue;
      const slot = findSlot(grown, high, low);
      grown[slot] = high;
      grown[slot + 1] = low;
    }
    this.#slots = grown;
  }
}

/** The slot of an id, or the empty one where it belongs. */
function findSlot(slots: BigUint64Array, high: bigint, low: bigint): number {
  const mask = slots.length / 2 - 1;
  for (
    let index = Number((high ^ (low * 0x9e3779b97f4a7c15n)) & 0xffff_ffffn) & mask;
    ;
    index = (index + 1) & mask
  ) {
    const slot = 2 * index;
    const isSame = slots[slot] === high && slots[slot + 1] === low;
    if (isSame || (slots[slot] === 0n && slots[slot + 1] === 0n)) return slot;
  }
}
