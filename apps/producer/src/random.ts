/** Returns numbers from 0 to 1, 1 excluded; the sequence depends only on the seed. */
export type Random = () => number;

/**
 * The sfc32 generator by Chris Doty-Humphrey (PractRand, http://pracrand.sourceforge.net), with its 12
 * warm-up rounds.
 */
export function createRandom(seed: number): Random {
  let [a, b, c, counter] = [0, seed | 0, Math.trunc(seed / 2 ** 32) | 0, 1];
  const next = () => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** A whole number from `least` to `most`, inclusive. */
export function pickInteger(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** A uniformly random item. */
export function pick<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** A number from 0 to `count - 1`; small ones are far more likely, like popular products and active users. */
export function pickPopular(random: Random, count: number): number {
  return Math.floor(count * random() ** 3);
}
