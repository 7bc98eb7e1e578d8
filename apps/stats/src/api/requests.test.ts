import { expect, test } from 'vitest';
import { type DeadLetterRequest, parseQuery, parseRequest } from './requests.ts';

test('invalid parameters of a list are ignored', () => {
  const nothing = { filter: {}, limit: 50, before: undefined, format: 'ndjson' };
  expect(parseQuery({})).toEqual(nothing);
  expect(parseQuery({ limit: '-1', before: 'x', status: 'lost', since: 'soon' })).toEqual(nothing);
  expect(parseQuery({ limit: '7', before: '9', status: 'open', reason: 'not_json' })).toEqual({
    filter: { status: 'open', reason: 'not_json' },
    limit: 7,
    before: 9n,
    format: 'ndjson',
  });
});

/** Parses a valid body. */
function parseGood(body: object): DeadLetterRequest {
  const request = parseRequest(body, 'DeadLetterSelection');
  if ('problem' in request) throw new Error(request.problem);
  return request;
}

test.each([[undefined], [null], [{}], ['all'], [{ limit: 5 }], [{ after: '4', upTo: '9' }]])(
  '%j selects no dead letters',
  (body) =>
    expect(parseRequest(body, 'DeadLetterSelection')).toEqual({
      problem: 'expected ids, a filter, or "all": true',
    }),
);

test.each([
  ['ids', ['1; drop']],
  ['ids', '1'],
  ['all', 'yes'],
  ['reason', ''],
  ['since', 'soon'],
  ['until', '2026-13-01'],
  ['since', '0000-01-01T00:00:00Z'],
  ['since', '+012026-01-01T00:00:00Z'],
  ['until', '9999-12-31T23:00:00-02:00'],
  ['contains', 'x'.repeat(1_001)],
  ['type', 'search\0'],
  ['after', 'x'],
  ['upTo', 9],
  ['limit', '5'],
  ['limit', 0],
  ['status', 'open'],
  ['constructor', 1],
])('an invalid member is an error, not ignored: %s %j', (name, value) => {
  const problem = expect.stringMatching(`^"${name}(/0)?": `);
  expect(parseRequest({ reason: 'not_json', [name]: value }, 'DeadLetterSelection')).toEqual({ problem });
});

test('ids, a filter or all select dead letters', () => {
  expect(parseGood({ ids: ['1', '2'] }).filter.ids).toEqual([1n, 2n]);
  expect(parseGood({ type: 'purchase', because: 'a test' })).toMatchObject({
    filter: { eventType: 'purchase' },
    because: 'a test',
  });
  expect(parseGood({ all: true, limit: 5 })).toMatchObject({ limit: 5 });
});

test('untyped dead letters can be selected, and later ones excluded', () => {
  expect(parseQuery({ untyped: '1', type: 'purchase' }).filter).toMatchObject({ eventType: null });
  expect(parseGood({ untyped: '1' }).filter).toMatchObject({ eventType: null });
  expect(parseGood({ all: true, after: '0', upTo: '9' }).filter).toMatchObject({ after: 0n, upTo: 9n });
});

test('a member of another action is rejected like an unknown one', () => {
  expect(parseRequest({ all: true, limit: 5 }, 'DiscardRequest')).toEqual({
    problem: '"limit": unknown member',
  });
});
