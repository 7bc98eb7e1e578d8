import { writeInt64 } from './binary-rows.ts';

/** Microseconds of a second and of a minute. */
const [SECOND, MINUTE] = [1_000_000, 60_000_000];

/** 2000-01-01, from which on Postgres counts, in minutes since 1970. */
const POSTGRES_EPOCH = 15_778_080;

/** Digits of a fraction that Postgres keeps. */
const KEPT_DIGITS = 6;

const [MINUS, ZERO, COLON] = [45, 48, 58];
/** Lengths of `2026-11-24T09:30:12`, of the point after it, and of an offset. */
const [TIME_LENGTH, POINT_LENGTH, OFFSET_LENGTH] = [19, 1, 6];

const pattern =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:0\d|1[0-5]):[0-5]\d)$/;

/** Whether `writeTime` can write a text. */
export function isTime(text: string): boolean {
  const [, date = ''] = pattern.exec(text) ?? [];
  return date >= '0001' && (date.slice(-2) <= '28' || isDay(date));
}

function isDay(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(date);
}

/**
 * Writes a time as Postgres stores it: eight bytes, microseconds since 2000.
 * @param text with an RFC 3339 date-time of the years 0001 to 9999 without a leap second between two positions
 * @returns the minute that it is in, counted from 1970
 */
export function writeTime(target: Buffer, at: number, text: Uint8Array, start: number, end: number): number {
  const isUtc = text[end - 3] !== COLON;
  const zone = isUtc ? end - 1 : end - OFFSET_LENGTH;
  const clock = 60 * pair(text, start + 11) + pair(text, start + 14) - (isUtc ? 0 : readOffset(text, zone));
  const minute = 1_440 * readDay(text, start) + clock;
  const fraction = readFraction(text, start + TIME_LENGTH + POINT_LENGTH, zone);
  const rest = SECOND * pair(text, start + 17) + fraction;
  writeInt64(target, at, addUp(minute, rest));
  return rest < MINUTE ? minute : minute + 1;
}

/** From 285 years before or after 2000 on, the microseconds are more than a number can hold exactly. */
function addUp(minute: number, rest: number): number | bigint {
  const time = MINUTE * (minute - POSTGRES_EPOCH) + rest;
  if (Number.isSafeInteger(time)) return time;
  return BigInt(MINUTE) * BigInt(minute - POSTGRES_EPOCH) + BigInt(rest);
}

function readOffset(text: Uint8Array, at: number): number {
  const minutes = 60 * pair(text, at + 1) + pair(text, at + 4);
  return text[at] === MINUS ? -minutes : minutes;
}

/**
 * The day since 1970 of a date. Years begin in March, so that a leap day is their last one
 * (https://howardhinnant.github.io/date_algorithms.html#days_from_civil).
 */
function readDay(text: Uint8Array, start: number): number {
  const month = pair(text, start + 5);
  const year = 100 * pair(text, start) + pair(text, start + 2) - (month > 2 ? 0 : 1);
  const century = Math.floor(year / 100);
  const leapDays = Math.floor(year / 4) - century + Math.floor(century / 4);
  const dayOfYear =
    Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + pair(text, start + 8) - 1;
  return 365 * year + leapDays + dayOfYear - 719_468;
}

/** The microseconds of a fraction; like Postgres, rounds more digits as a floating-point number. */
function readFraction(text: Uint8Array, start: number, end: number): number {
  if (end > start + KEPT_DIGITS) return roundToEven(Number(`0.${latin1(text, start, end)}`) * SECOND);
  let value = 0;
  for (let at = start; at < start + KEPT_DIGITS; at++)
    value = 10 * value + (at < end ? (text[at] ?? 0) - ZERO : 0);
  return value;
}

function latin1(text: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...text.subarray(start, end));
}

/** As C's `rint` does. */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  const isUp = value - below > 0.5 || (value - below === 0.5 && below % 2 === 1);
  return isUp ? below + 1 : below;
}

/** The number of two digits. */
function pair(text: Uint8Array, at: number): number {
  return 10 * (text[at] ?? 0) + (text[at + 1] ?? 0) - 11 * ZERO;
}

/**
 * The time that `writeTime` has written, as a text that Postgres reads: RFC 3339, unless its year is not from 1 to 9999
 * in UTC.
 */
export function readTime(bytes: Buffer, at: number): string {
  const [minute, rest] = split(bytes, at);
  const [start, end] = minuteTextOf(minute);
  const digits = String(rest).padStart(2 + KEPT_DIGITS, '0');
  return `${start}:${digits.slice(0, 2)}.${digits.slice(2)}Z${end}`;
}

/** The minute of that time, counted from 1970. */
export function readMinute(bytes: Buffer, at: number): number {
  return split(bytes, at)[0];
}

/** That time in milliseconds since 1970. */
export function readMilliseconds(bytes: Buffer, at: number): number {
  const [minute, rest] = split(bytes, at);
  return 60_000 * minute + Math.floor(rest / 1_000);
}

/** The minute since 1970, and the microseconds in it. */
function split(bytes: Buffer, at: number): readonly [minute: number, rest: number] {
  const time = bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  if (!Number.isSafeInteger(time)) return splitFar(bytes.readBigInt64BE(at));
  const minute = Math.floor(time / MINUTE);
  return [POSTGRES_EPOCH + minute, time - MINUTE * minute];
}

/** Like `split`, of a time that is too far from 2000 for a number. */
function splitFar(time: bigint): readonly [minute: number, rest: number] {
  const minute = BigInt(MINUTE);
  const rest = ((time % minute) + minute) % minute;
  return [POSTGRES_EPOCH + Number((time - rest) / minute), Number(rest)];
}

type MinuteText = readonly [start: string, end: string];

/** The last one: consecutive events are often of the same minute. */
let latest: { readonly minute: number; readonly text: MinuteText } = { minute: Number.NaN, text: ['', ''] };

function minuteTextOf(minute: number): MinuteText {
  if (minute !== latest.minute) latest = { minute, text: toMinuteText(new Date(60_000 * minute)) };
  return latest.text;
}

/** What is before and after the seconds. */
function toMinuteText(date: Date): MinuteText {
  const year = date.getUTCFullYear();
  const rest = date.toISOString().slice(-'-11-24T09:30:00.000Z'.length, -':00.000Z'.length);
  return [`${String(year > 0 ? year : 1 - year).padStart(4, '0')}${rest}`, year > 0 ? '' : ' BC'];
}
