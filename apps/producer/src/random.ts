/** Numbers from 0 (included) to 1 (excluded), the same ones for the same seed. */
export type Random = () => number;

/** The generator sfc32 by Chris Doty-Humphrey (PractRand, http://pracrand.sourceforge.net), warmed up as its author advises. */
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

/** A whole number from `least` to `most`, both included. */
export function pickInteger(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** One of several, each as likely as the others. */
export function pick<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** A number from 0 to `count - 1` of which small ones are far more likely, as with products and users. */
export function pickPopular(random: Random, count: number): number {
  return Math.floor(count * random() ** 3);
}
