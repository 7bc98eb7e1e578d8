const DAY_MS = 86_400_000;

/** A UTC day, and the lowest UUIDv7 of that day. */
export interface Day {
  readonly start: Date;
  /** Such as `20261125`. */
  readonly name: string;
  /** RFC 9562, section 5.7: the first 48 bits are milliseconds since 1970. */
  readonly firstId: string;
}

/** The day that is `days` after the day of `moment`. */
export function dayAfter(moment: Date, days: number): Day {
  const start = new Date((Math.floor(moment.getTime() / DAY_MS) + days) * DAY_MS);
  const milliseconds = start.getTime().toString(16).padStart(12, '0');
  return {
    start,
    name: start.toISOString().slice(0, 10).replaceAll('-', ''),
    firstId: `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-0000-0000-000000000000`,
  };
}
