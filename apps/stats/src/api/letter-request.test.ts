import { expect, test } from 'vitest';
import { parseQuery, parseRequest } from './letter-request.ts';

test('a list begins at its newest letter, and has fifty, unless something sensible is asked for', () => {
  const nothing = { filter: {}, limit: 50, before: undefined };
  expect(parseQuery({})).toEqual(nothing);
  expect(parseQuery({ limit: '-1', before: 'x', status: 'lost', since: 'soon' })).toEqual(nothing);
  expect(parseQuery({ limit: '7', before: '9', status: 'open', reason: 'not_json' })).toEqual({
    filter: { status: 'open', reason: 'not_json' },
    limit: 7,
    before: 9n,
  });
});

test.each([[undefined], [{}], [{ ids: ['1; drop'] }], [{ all: 'yes' }], [{ status: 'open' }], ['all']])(
  '%j does not say which letters are meant',
  (body) => expect(parseRequest(body)).toBeUndefined(),
);

test('ids, a filter or all are a choice', () => {
  expect(parseRequest({ ids: ['1', '2'] })?.filter.ids).toEqual([1n, 2n]);
  expect(parseRequest({ type: 'purchase', because: 'a test' })).toMatchObject({
    filter: { eventType: 'purchase' },
    because: 'a test',
  });
  expect(parseRequest({ all: true, limit: 5 })).toMatchObject({ limit: 5 });
});

test('letters without a type are asked for as such, and what fails later is left out', () => {
  expect(parseQuery({ untyped: '1', type: 'purchase' }).filter).toMatchObject({ eventType: null });
  expect(parseRequest({ untyped: '1' })?.filter).toMatchObject({ eventType: null });
  expect(parseRequest({ all: true, after: '4', upTo: '9' })?.filter).toMatchObject({ after: 4n, upTo: 9n });
  expect(parseRequest({ after: '4', upTo: '9' })).toBeUndefined();
});
