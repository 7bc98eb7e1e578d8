import { sumLag } from '@pipeline/kafka';

/** A count with its thousands apart. */
export function formatCount(count: bigint): string {
  return count.toLocaleString('en-US');
}

/** The beginning of each unit, in seconds, from the largest. */
const units = [
  [2 * 86_400, 86_400, 'd'],
  [2 * 3_600, 3_600, 'h'],
  [120, 60, 'min'],
] as const;

/** How long ago something was, to a precision that one reads at a glance; null is "never". */
export function formatAge(seconds: number | null): string {
  if (seconds === null) return 'never';
  const unit = units.find(([from]) => seconds >= from);
  if (unit === undefined) return `${Math.max(0, seconds).toFixed(1)} s ago`;
  const [, size, name] = unit;
  return `${Math.floor(seconds / size)} ${name} ago`;
}

/** The sum of the lags that are known, with ≥ before it where one is not; `n/a` where none is. */
export function formatLag(lags: readonly (bigint | null)[]): string {
  if (lags.every((lag) => lag === null)) return 'n/a';
  const { known, isWhole } = sumLag(lags);
  return `${isWhole ? '' : '≥'}${formatCount(known)}`;
}

/** A duration, to a precision that one reads at a glance. */
export function formatSeconds(seconds: number): string {
  const unit = units.find(([from]) => seconds >= from);
  if (unit === undefined) return `${Math.max(0, seconds).toFixed(seconds < 10 ? 1 : 0)} s`;
  const [, size, name] = unit;
  return `${Math.floor(seconds / size)} ${name}`;
}

/** A number of things a second; null is `n/a`. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null) return 'n/a';
  return `${perSecond.toLocaleString('en-US', { maximumFractionDigits: perSecond < 10 ? 1 : 0 })}/s`;
}
