/** The shortest and the longest pause between two tries, in milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

export const defaultBackoff: Backoff = { firstMs: 100, mostMs: 5_000 };

/**
 * The pause before the next try: doubled at each failure, capped, and spread over the upper half of the step
 * so that many processes do not come back at once ("equal jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * @param failures how many tries failed so far, at least 1
 * @param random a number from 0 to 1
 * @returns milliseconds
 */
export function backoffMs({ firstMs, mostMs }: Backoff, failures: number, random: number): number {
  const step = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return step / 2 + (step / 2) * random;
}
