const shape = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * What somebody wrote as a time such as `2026-11-24T09:30:00Z`, or as a day. Without a zone it is one of UTC, as all times
 * that we show. Undefined for what is none: a day that no month has must not be taken for another.
 */
export function readTime(text: string): Date | undefined {
  const [, day = '', time = '00:00', zone = 'Z'] = shape.exec(text.toUpperCase()) ?? [];
  const moment = new Date(`${day}T${time}${zone}`);
  return isDay(day) && isStorable(moment) ? moment : undefined;
}

function isDay(text: string): boolean {
  const day = new Date(text);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** Postgres has no year 0, and JavaScript writes what comes after 9999 in another way. */
function isStorable(moment: Date): boolean {
  return !Number.isNaN(moment.getTime()) && /^(?!0000)\d{4}-/.test(moment.toISOString());
}
