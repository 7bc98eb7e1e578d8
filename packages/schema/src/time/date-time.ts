/**
 * An RFC 3339 date-time (section 5.6) with an offset, restricted to what Postgres can store unchanged: years
 * 0001 to 9999, valid days of the Gregorian calendar, no leap second, at most 30 fractional digits (Postgres
 * fails beyond about 120), offsets up to 15:59. One pattern, so that every JSON Schema validator gives the
 * same result. Non-capturing groups halve the matching time.
 */
const year = '(?:[0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})';
const leapYear = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)';
const dayOf31 = '(?:0[1-9]|[12][0-9]|3[01])';
const dayOf30 = '(?:0[1-9]|[12][0-9]|30)';
const dayOf28 = '(?:0[1-9]|1[0-9]|2[0-8])';
const monthAndDay = `(?:(?:0[13578]|1[02])-${dayOf31}|(?:0[469]|11)-${dayOf30}|02-${dayOf28})`;
const date = `(?:${year}-${monthAndDay}|${leapYear}-02-29)`;
const time = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,30})?';
const zone = '(?:[Zz]|[+-](?:0[0-9]|1[0-5]):[0-5][0-9])';

export const dateTimePattern = `^${date}[Tt]${time}${zone}$`;
