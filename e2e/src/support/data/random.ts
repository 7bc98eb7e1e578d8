/** A number in [0, 1), a pure function of two integers. */
export function randomAt(seed: number, position: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(position + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/** Creates a generator of numbers in [0, 1); the same seed gives the same sequence. */
export function createRandom(seed: number): () => number {
  let position = 0;
  return () => randomAt(seed, position++);
}

/**
 * Picks a random item.
 * @throws RangeError if there are no items
 */
export function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('no items to pick from');
  return item;
}

/** The items in random order, again and again: after n rounds each has occurred n times. */
export function* inRandomRounds<Item>(items: readonly Item[], random: () => number): Generator<Item> {
  for (;;) {
    const drawn = items.map((item) => [random(), item] as const);
    for (const [, item] of drawn.sort(([a], [b]) => a - b)) yield item;
  }
}

/** The seed of this run: `E2E_SEED`, or a random one, which callers must print. */
export function chooseSeed(): number {
  return Number(process.env['E2E_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
}
