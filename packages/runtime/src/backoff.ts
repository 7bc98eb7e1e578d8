/** The shortest and the longest pause between two attempts, in milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

export const defaultBackoff: Backoff = { firstMs: 100, mostMs: 5_000 };

/**
 * The pause before the next attempt: doubled after each failure, capped, and randomized over its upper half
 * so that processes do not retry in step ("equal jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * @param failures failed attempts so far, at least 1
 * @param random a number from 0 to 1
 * @returns milliseconds
 */
export function backoffMs({ firstMs, mostMs }: Backoff, failures: number, random: number): number {
  const step = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return step / 2 + (step / 2) * random;
}
