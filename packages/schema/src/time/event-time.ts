import type { TimeUnit } from '../envelopes/field-source.ts';
import { dateTimePattern } from './date-time.ts';

/** What an event time must be, for rejections. */
export const eventTimeRule =
  'must be an RFC 3339 date-time with a time zone, or a number since 1970, in the years 0001 to 9999';

const dateTime = new RegExp(dateTimePattern);

/** Digits after the point that turn a number of a unit into seconds. */
const digitsOf = { s: 0, ms: 3, us: 6, ns: 9 } as const satisfies Record<TimeUnit, number>;

const number = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,2}))?$/;

/** The usual number, of the years 2001 to 2286; quick to test and to convert. */
const milliseconds = /^[1-9]\d{12}$/;

/** Seconds of 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const [FIRST, LAST] = [-62_135_596_800, 253_402_300_799];

/** Postgres rejects longer fractions, see `dateTimePattern`. */
const MAX_FRACTION = 30;

/**
 * The time in RFC 3339 that a text is: RFC 3339 with an offset, verbatim, or a decimal number since 1970.
 * Exact: no digit passes through floating point. Undefined if it is no time of the years 0001 to 9999.
 * @param unit of a number. By default by its magnitude: seconds below 1e11, then milliseconds below 1e14, then
 * microseconds below 1e17, then nanoseconds
 */
export function toEventTime(text: string, unit?: TimeUnit): string | undefined {
  if (text.length === 13 && milliseconds.test(text) && (unit ?? 'ms') === 'ms')
    return new Date(Number(text)).toISOString();
  if (dateTime.test(text)) return text;
  const [, sign, whole = '', fraction = '', exponent = '0'] = number.exec(text) ?? [];
  if (whole === '') return undefined;
  const written = whole + fraction;
  const integers = whole.length + Number(exponent);
  const point = integers - digitsOf[unit ?? unitOf(integers - written.search(/[^0]|$/))];
  const digits = written.padStart(written.length + 1 - point, '0').padEnd(point, '0');
  const split = Math.max(point, 1);
  return write(sign === '-', Number(digits.slice(0, split)), digits.slice(split));
}

/** The unit that brings a number with this number of digits before the point closest to the present. */
function unitOf(integers: number): TimeUnit {
  if (integers <= 11) return 's';
  if (integers <= 14) return 'ms';
  return integers <= 17 ? 'us' : 'ns';
}

function write(isBefore1970: boolean, seconds: number, digits: string): string | undefined {
  if (digits.length > MAX_FRACTION) return undefined;
  const carries = isBefore1970 && /[1-9]/.test(digits);
  const at = isBefore1970 ? -seconds - (carries ? 1 : 0) : seconds;
  if (at < FIRST || at > LAST) return undefined;
  const rest = carries ? complement(digits) : digits;
  return `${new Date(at * 1000).toISOString().slice(0, 19)}${rest === '' ? '' : `.${rest}`}Z`;
}

/** One minus a fraction, in as many digits. */
function complement(fraction: string): string {
  return String(10n ** BigInt(fraction.length) - BigInt(fraction)).padStart(fraction.length, '0');
}

/** The number that a time is since 1970, in a unit, as decimal text with all its digits. */
export function toEpoch(eventTime: string, unit: TimeUnit): string {
  const [, head = '', digits = '', zone = ''] = /^(.{19})(?:\.(\d+))?(.+)$/.exec(eventTime) ?? [];
  const seconds = BigInt(Date.parse(`${head.toUpperCase()}${zone.toUpperCase()}`)) / 1000n;
  const width = Math.max(digits.length, digitsOf[unit]);
  const scaled = seconds * 10n ** BigInt(width) + BigInt(digits.padEnd(width, '0'));
  return withPoint(scaled, width - digitsOf[unit]);
}

/** An integer divided by a power of ten. */
function withPoint(scaled: bigint, places: number): string {
  const text = String(scaled < 0n ? -scaled : scaled).padStart(places + 1, '0');
  const whole = text.slice(0, text.length - places);
  const rest = text.slice(text.length - places).replace(/0+$/, '');
  return `${scaled < 0n ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`;
}
