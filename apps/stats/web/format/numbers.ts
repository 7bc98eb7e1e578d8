/** A 64-bit count with thousands separators; null (unknown) is `n/a`. */
export function formatCount(count: string | bigint | null): string {
  return count === null ? 'n/a' : BigInt(count).toLocaleString('en-US');
}

/** A count with its noun, such as "1 dead letter" or "2 dead letters". */
export function formatThings(count: string | bigint, noun: string): string {
  return `${formatCount(count)} ${noun}${BigInt(count) === 1n ? '' : 's'}`;
}

/** A rate per second, such as "1,200/s"; null (unknown) is `n/a`. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null) return 'n/a';
  const digits = perSecond < 100 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 };
  return `${perSecond.toLocaleString('en-US', digits)}/s`;
}

/** Units with the seconds from which each is used, the largest first. */
const units = [
  [2 * 86_400, 86_400, 'd'],
  [2 * 3_600, 3_600, 'h'],
  [120, 60, 'min'],
] as const;

/** A duration in the largest unit of which it has at least two, such as "0 s", "1.5 s", "90 s" or "47 h". */
export function formatSeconds(seconds: number): string {
  const unit = units.find(([from]) => seconds >= from);
  if (unit !== undefined) return `${Math.floor(seconds / unit[1])} ${unit[2]}`;
  return seconds < 0.05 ? '0 s' : `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
}

/** A duration with milliseconds below one second. */
export function formatLatency(seconds: number): string {
  return seconds < 1 ? `${Math.max(0, Math.round(1_000 * seconds))} ms` : formatSeconds(seconds);
}

/** The time since an event, such as "2 min ago"; null is `never`. */
export function formatAge(seconds: number | null): string {
  return seconds === null ? 'never' : `${formatSeconds(seconds)} ago`;
}

/** The sum of the known lags, with `≥` if one is unknown; `n/a` if all are. */
export function formatLag(lags: readonly (string | bigint | null)[]): string {
  const known = lags.filter((lag) => lag !== null);
  if (known.length === 0) return 'n/a';
  const sum = known.reduce<bigint>((total, lag) => total + BigInt(lag), 0n);
  return `${known.length < lags.length ? '≥' : ''}${formatCount(sum)}`;
}

/** Seconds behind of the slowest partition, with `≥` if one is unknown; `n/a` if all are. */
export function formatMaxSecondsBehind(seconds: readonly (number | null)[]): string {
  const known = seconds.filter((one) => one !== null);
  if (known.length === 0) return 'n/a';
  return `${known.length < seconds.length ? '≥' : ''}${formatSeconds(Math.max(...known))}`;
}
