import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { row } from '../../testing/batches.ts';
import { EventRows } from '../event-rows.ts';
import { recordOffsetOf, resultOfMoved, withoutContext } from './copy-errors.ts';

const rows = EventRows.of([row(10), row(20), row(30)]);

function errorWith(where: string): Error {
  return Object.assign(new Error('unsupported'), { code: '22P05', where });
}

test.each([
  ['COPY raw_events, line 2, column payload: "{"secret":1}"', '20'],
  ['COPY raw_events, Zeile 3, Spalte payload: »{"secret":1}«', '30'],
  ['COPY raw_events, line 1: "secret"', '10'],
  ['COPY raw_events, line 3, column user_id', '30'],
  ['JSON data, line 1: {"secret 7":...\nCOPY raw_events, line 2, column payload', '20'],
  ['JSON data, line 1: {"secret 7":...\nCOPY raw_events, line 2, column payload: "{"secret 7":1}"', '20'],
  [
    'COPY raw_events, line 2, column payload: "{"secret":\nCOPY raw_events, line 3, column payload: 1}"',
    '20',
  ],
  ['JSON data, line 1: {"COPY raw_events, line 3": secret', undefined],
  ['COPY raw_events, line 9: "secret"', undefined],
  ['COPY raw_events, line 12: "secret"', undefined],
  ['SQL statement "secret"', undefined],
])('of the context %j only the offset of the row is kept', (where, offset) => {
  const error = withoutContext(errorWith(where), rows);
  expect(recordOffsetOf(error)).toBe(offset);
  expect(inspect(error)).not.toContain('secret');
  expect(error).toMatchObject({ code: '22P05', message: 'unsupported' });
});

test('an error without context stays as it is', () => {
  const error = new Error('reset');
  expect(withoutContext(error, rows)).toBe(error);
  expect(Object.keys(error)).toEqual([]);
  expect(withoutContext('reset', rows)).toBe('reset');
});

test('a ledger that is not as expected is the result of a message that wrote nothing', () => {
  const detail = '{"nextOffset":"9007199254740993","resets":2,"tail":{"nextOffset":"1"}}';
  expect(resultOfMoved({ code: 'LG001', detail })).toEqual({
    foundOffset: 9_007_199_254_740_993n,
    foundResets: 2,
    foundTail: { nextOffset: '1' },
    storedByType: null,
    deadLettered: 0,
    conflicting: 0,
  });
  expect(
    resultOfMoved({ code: 'LG001', detail: '{"nextOffset":null,"resets":null,"tail":null}' }),
  ).toBeNull();
  expect(resultOfMoved({ code: '22P05', detail })).toBeUndefined();
});
