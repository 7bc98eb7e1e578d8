import { expect, test } from 'vitest';
import { BadRequest } from './errors.ts';
import { parseQuery, parseRequest } from './requests.ts';

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

const parseSelection = (body: unknown) => parseRequest(body, 'DeadLetterSelection');

test.each([[undefined], [null], [{}], ['all'], [{ limit: 5 }], [{ after: '4', upTo: '9' }]])(
  '%j selects no dead letters',
  (body) =>
    expect(() => parseSelection(body)).toThrow(new BadRequest('expected ids, a filter, or "all": true')),
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
  const message = expect.stringMatching(`^"${name}(/0)?": `);
  const body = { reason: 'not_json', [name]: value };
  expect(() => parseSelection(body)).toThrow(expect.objectContaining({ name: 'BadRequest', message }));
});

test('ids, a filter or all select dead letters', () => {
  expect(parseSelection({ ids: ['1', '2'] }).filter.ids).toEqual([1n, 2n]);
  expect(parseSelection({ type: 'purchase', because: 'a test' })).toMatchObject({
    filter: { eventType: 'purchase' },
    because: 'a test',
  });
  expect(parseSelection({ all: true, limit: 5 })).toMatchObject({ limit: 5 });
});

test('untyped dead letters can be selected, and later ones excluded', () => {
  expect(parseQuery({ untyped: '1', type: 'purchase' }).filter).toMatchObject({ eventType: null });
  expect(parseSelection({ untyped: '1' }).filter).toMatchObject({ eventType: null });
  expect(parseSelection({ all: true, after: '0', upTo: '9' }).filter).toMatchObject({ after: 0n, upTo: 9n });
});

test('a member of another action is rejected like an unknown one', () => {
  const parse = () => parseRequest({ all: true, limit: 5 }, 'DiscardRequest');
  expect(parse).toThrow(new BadRequest('"limit": unknown member'));
});
