import { MAX_USER_CHARACTERS } from '../text-rules.ts';
import { COLON, isDigit, MINUS, PLUS, POINT, QUOTE, ZERO } from './characters.ts';
import { skipDigits, skipNumber } from './number.ts';
import type { Step } from './step.ts';
import { skipString } from './text.ts';

/** Reads a UUID in lower case. */
export const skipLowerUuid: Step = createUuidStep('0123456789abcdef');

/** Reads a UUID. */
export const skipUuid: Step = createUuidStep('0123456789abcdefABCDEF');

function createUuidStep(digits: string): Step {
  const isOther = new Uint8Array(256).fill(1);
  for (const digit of digits) isOther[digit.charCodeAt(0)] = 0;
  const areDigits = (bytes: Uint8Array, from: number, end: number) => {
    let others = 0;
    for (let at = from; at < end; at++) others |= isOther[bytes[at] ?? 0] ?? 1;
    return others === 0;
  };
  return (bytes, at) =>
    bytes[at] === QUOTE &&
    areDigits(bytes, at + 1, at + 9) &&
    bytes[at + 9] === MINUS &&
    areDigits(bytes, at + 10, at + 14) &&
    bytes[at + 14] === MINUS &&
    areDigits(bytes, at + 15, at + 19) &&
    bytes[at + 19] === MINUS &&
    areDigits(bytes, at + 20, at + 24) &&
    bytes[at + 24] === MINUS &&
    areDigits(bytes, at + 25, at + 37) &&
    bytes[at + 37] === QUOTE
      ? at + 38
      : -1;
}

const [UPPER_T, UPPER_Z] = [84, 90];
const MICROSECONDS = 6;

/** Reads an RFC 3339 date-time, such as `2026-11-24T09:30:12.345678Z`, with at most six fractional digits. */
export const skipDateTime: Step = (bytes, at) => {
  if (bytes[at] !== QUOTE || !isDate(bytes, at + 1) || bytes[at + 11] !== UPPER_T || !isTime(bytes, at + 12))
    return -1;
  const seconds = at + 20;
  const zone = bytes[seconds] === POINT ? skipDigits(bytes, seconds + 1) : seconds;
  if (zone < 0 || zone > seconds + 1 + MICROSECONDS) return -1;
  const end = bytes[zone] === UPPER_Z ? zone + 1 : skipOffset(bytes, zone);
  return end >= 0 && bytes[end] === QUOTE ? end + 1 : -1;
};

/** Reads an offset up to 15:59, the largest that Postgres reads. */
const skipOffset: Step = (bytes, at) => {
  const [hours, minutes] = [twoDigits(bytes, at + 1), twoDigits(bytes, at + 4)];
  const isSigned = bytes[at] === PLUS || bytes[at] === MINUS;
  if (!isSigned || bytes[at + 3] !== COLON || hours < 0 || minutes < 0) return -1;
  return hours < 16 && minutes < 60 ? at + 6 : -1;
};

/** Days of each month; the 29th of February is left to the decoder. */
const daysOf = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether `YYYY-MM-DD` is at a position, in the years 0001 to 9999. */
function isDate(bytes: Uint8Array, at: number): boolean {
  const century = twoDigits(bytes, at);
  const year = twoDigits(bytes, at + 2);
  if (century < 0 || year < 0 || century + year === 0) return false;
  if (bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS) return false;
  const day = twoDigits(bytes, at + 8);
  return day >= 1 && day <= (daysOf[twoDigits(bytes, at + 5)] ?? 0);
}

/** Whether `hh:mm:ss` is at a position. */
function isTime(bytes: Uint8Array, at: number): boolean {
  const hour = twoDigits(bytes, at);
  const minute = twoDigits(bytes, at + 3);
  const second = twoDigits(bytes, at + 6);
  if (hour < 0 || minute < 0 || second < 0 || bytes[at + 2] !== COLON || bytes[at + 5] !== COLON)
    return false;
  return hour < 24 && minute < 60 && second < 60;
}

/** The number of two digits; -1 if there are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] ?? 0;
  const ones = bytes[at + 1] ?? 0;
  return isDigit(tens) && isDigit(ones) ? 10 * tens + ones - 11 * ZERO : -1;
}

/** Reads a string that can be a `user_id`; one with more bytes than characters are allowed is left to the decoder. */
export const skipUser: Step = (bytes, at) => {
  const end = skipString(bytes, at);
  const length = end - at - 2;
  return length >= 1 && length <= MAX_USER_CHARACTERS ? end : -1;
};

/** Reads a number whose text can be a `user_id`. */
export const skipUserNumber: Step = (bytes, at) => {
  const end = skipNumber(bytes, at);
  return end - at <= MAX_USER_CHARACTERS ? end : -1;
};
