/**
 * SQL for the UTC minute of a timestamp. The origin is before every event time, because Postgres 15.0 to 15.6
 * and 16.0 to 16.2 return the minute before for exact minutes that are before the origin
 * (https://www.postgresql.org/docs/release/16.3/). `date_trunc` is slower.
 */
export function minuteText(column: string): string {
  return `date_bin('1 minute', ${column}, '2000-01-01 00:00:00+00 BC')`;
}
