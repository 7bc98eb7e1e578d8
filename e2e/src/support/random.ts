/** A number from 0 to 1 that two whole numbers decide: equal seeds and positions give equal numbers. */
export function randomAt(seed: number, position: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(position + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/** Numbers from 0 to 1, the same ones for the same seed. */
export function createRandom(seed: number): () => number {
  let position = 0;
  return () => randomAt(seed, position++);
}

/** One of several things. */
export function pick<Thing>(things: readonly Thing[], random: () => number): Thing {
  const thing = things[Math.floor(random() * things.length)];
  if (thing === undefined) throw new RangeError('there is nothing to pick from');
  return thing;
}

/** The seed of this run: `E2E_SEED`, or a new one. Print it. */
export function chooseSeed(): number {
  return Number(process.env['E2E_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
}
