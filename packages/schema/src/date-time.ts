/**
 * A date and time of RFC 3339 (section 5.6) with a zone, narrowed to what Postgres can store as it was sent:
 * years 0001 to 9999, real days of the Gregorian calendar, no leap second, a fraction of at most 30 digits (Postgres
 * gives up beyond some 120), offsets of at most 15:59.
 * Written as one pattern so that every validator of JSON Schema judges alike; its groups capture nothing, which halves
 * the time that it takes.
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
