const shape = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Parses a time such as `2026-11-24T09:30:00Z`, or a day. Without a zone it is UTC, like all times that are
 * shown. Undefined if it is invalid: February 30 is not read as March 2.
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

/** Postgres has no year 0, and JavaScript has another format for years after 9999. */
function isStorable(moment: Date): boolean {
  return !Number.isNaN(moment.getTime()) && /^(?!0000)\d{4}-/.test(moment.toISOString());
}
