/** The key of a roll-up's value: `other` for all keys beyond the limit, and `all` for a roll-up without keys. */
export function formatKey(key: readonly (string | null)[] | null): string {
  if (key === null) return 'other';
  return key.length === 0 ? 'all' : key.map((part) => part ?? '(none)').join(' · ');
}

/** The length of a bucket, such as "15 minutes", "hour" or "day". */
export function formatBucket(minutes: number): string {
  if (minutes === 1_440) return 'day';
  const [count, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return count === 1 ? unit : `${count} ${unit}s`;
}
