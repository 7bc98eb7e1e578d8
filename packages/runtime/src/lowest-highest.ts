/** The lowest of some numbers; unknown ones are left out. */
export function lowest(first: bigint, ...others: readonly (bigint | undefined)[]): bigint {
  return others.reduce<bigint>((low, one) => (one !== undefined && one < low ? one : low), first);
}

/** The highest of some numbers; unknown ones are left out. */
export function highest(first: bigint, ...others: readonly (bigint | undefined)[]): bigint {
  return others.reduce<bigint>((high, one) => (one !== undefined && one > high ? one : high), first);
}
