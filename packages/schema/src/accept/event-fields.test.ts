import { expect, test } from 'vitest';
import { isRead } from '../testing/read-length.ts';
import { dateTimePattern } from '../time/date-time.ts';
import { skipDateTime, skipLowerUuid, skipUser, skipUserNumber, skipUuid } from './event-fields.ts';

const dateTime = new RegExp(dateTimePattern);

/** Times whose parts are at or beyond their limits. */
function* times(): Generator<string> {
  const years = ['0000', '0001', '0100', '2000', '2023', '2024', '2020', '9999', '202a', '-001', 'a123'];
  const dates = years.flatMap((year) =>
    ['00', '01', '02', '03', '04', '06', '09', '11', '12', '13', '1a'].flatMap((month) =>
      ['00', '01', '28', '29', '30', '31', '32', 'a1'].map((day) => `${year}-${month}-${day}`),
    ),
  );
  for (const date of dates) yield `${date}T00:00:00Z`;
  for (const clock of [
    '00:00:00',
    '23:59:59',
    '24:00:00',
    '00:60:00',
    '00:00:60',
    '0a:00:00',
    '00:0a:00',
    '00:00:0a',
    '00-00:00',
    '00:00-00',
  ])
    for (const fraction of ['', '.', '.1', '.123456', '.1234567', ',1'])
      yield `2026-11-24T${clock}${fraction}Z`;
  for (const sign of ['+', '-', ' ', ''])
    for (const offset of ['00:00', '15:59', '16:00', '00:60', '0a:00', '00:0a', '00-00', '0000', '1:00'])
      yield `2026-11-24T00:00:00.5${sign}${offset}`;
  yield* [
    '2026/11-24T00:00:00Z',
    '2026-11/24T00:00:00Z',
    '2026-11-24 00:00:00Z',
    '2026-11-24t00:00:00Z',
    '2026-11-24T00:00:00z',
    '2026-11-24T00:00:00+00:00',
    '',
  ];
}

test('a time is read only if it is valid, and all ordinary ones are', () => {
  for (const time of times()) {
    const isOrdinary =
      dateTime.test(time) && /T.{8}(\.\d{1,6})?(Z|[+-].*)$/.test(time) && !time.includes('-02-29T');
    expect(isRead(skipDateTime, `"${time}"`), time).toBe(isOrdinary);
  }
  const withoutQuote = [
    '2026-11-24T00:00:00Z"',
    '.2026-11-24T00:00:00Z"',
    '"2026-11-24T00:00:00Z',
    '"2026-11-24T00:00:00Z.',
  ];
  expect(withoutQuote.filter((json) => isRead(skipDateTime, json))).toEqual([]);
});

test('a UUID is read if it has digits and hyphens in their places', () => {
  const id = '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11';
  expect([id, id.toUpperCase()].map((text) => isRead(skipUuid, `"${text}"`))).toEqual([true, true]);
  expect([id, id.toUpperCase()].map((text) => isRead(skipLowerUuid, `"${text}"`))).toEqual([true, false]);
  for (let at = 0; at < id.length; at++)
    for (const other of ['g', '-', '/', ':', '`', '"'].filter((sign) => sign !== id[at])) {
      const wrong = `"${id.slice(0, at)}${other}${id.slice(at + 1)}"`;
      expect([isRead(skipUuid, wrong), isRead(skipLowerUuid, wrong)], wrong).toEqual([false, false]);
    }
  for (const wrong of [`${id}"`, `.${id}"`, `"${id}`, `"${id}.`, `"${id.slice(1)}"`, `"${id}0"`])
    expect(isRead(skipUuid, wrong), wrong).toBe(false);
});

test('a user has 1 to 256 bytes', () => {
  const texts = ['u', 'x'.repeat(256), '', 'x'.repeat(257), 'é'.repeat(129)];
  expect(texts.map((text) => isRead(skipUser, `"${text}"`))).toEqual([true, true, false, false, false]);
  const numbers = ['1', '9'.repeat(256), '9'.repeat(257), '"1"'];
  expect(numbers.map((json) => isRead(skipUserNumber, json))).toEqual([true, true, false, false]);
});
