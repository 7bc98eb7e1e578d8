import * as Type from '@sinclair/typebox/type';
import { expect, test } from 'vitest';
import { DefinitionError, defineEvents, eventType } from '../definition/define-events.ts';
import { dateTime } from '../time/date-time-schema.ts';
import { count, max, min, sum } from './declare-rollup.ts';
import { deriveRollups } from './derive-rollups.ts';
import type { DeclaredRollup } from './rollup.ts';

const members = {
  amount: Type.Number(),
  currency: Type.String(),
  isGift: Type.Boolean(),
  at: dateTime(),
  shop: Type.Object({ country: Type.String() }),
  events: Type.Integer(),
  total: Type.Number(),
};

const anything = true as unknown as Type.TSchema;

function problemsOf(rollups: Readonly<Record<string, unknown>>, type = 'purchase'): readonly string[] {
  return caught(() =>
    defineEvents({
      types: [eventType(type, Type.Object(members), { rollups: rollups as Record<string, DeclaredRollup> })],
    }),
  );
}

function keywordProblemsOf(keyword: unknown): readonly string[] {
  return caught(() => define(keyword));
}

function define(keyword: unknown) {
  return defineEvents({ types: [eventType('purchase', Type.Object(members, { 'x-rollups': keyword }))] });
}

/** The names of the columns of an only roll-up's key. */
function keyOf(keyword: unknown): readonly string[] {
  return deriveRollups(define({ total: keyword })).flatMap(({ dimensions }) =>
    dimensions.map(({ name }) => name),
  );
}

function caught(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.problems;
  }
}

test('a roll-up is declared with its type, in code and in a schema alike', () => {
  const declared = {
    revenue: sum('/amount').by('/currency', '/shop/country').per('1 hour').limit(50),
    orders: count().per('1 day'),
    lowest: min('/amount').per('15 minutes'),
    highest: max('/amount').by('/events'),
  };
  const inCode = defineEvents({
    types: [eventType('purchase', Type.Object(members), { rollups: declared })],
  });
  const inSchema = define({
    revenue: { sum: '/amount', by: ['/currency', '/shop/country'], per: '1 hour', limit: 50 },
    orders: { count: true, per: '1 day' },
    lowest: { min: '/amount', per: '15 minutes' },
    highest: { max: '/amount', by: ['/events'] },
  });
  expect(deriveRollups(inSchema)).toEqual(deriveRollups(inCode));
  const [revenue, orders, lowest, highest] = deriveRollups(inCode);
  expect(revenue).toEqual({
    eventType: 'purchase',
    name: 'revenue',
    aggregate: 'sum',
    member: ['amount'],
    dimensions: [
      { name: 'currency', path: ['currency'] },
      { name: 'shop_country', path: ['shop', 'country'] },
    ],
    bucketMinutes: 60,
    keyLimit: 50,
    viewName: 'rollup_purchase_revenue',
  });
  expect(orders).toMatchObject({ aggregate: 'count', member: null, dimensions: [], bucketMinutes: 1_440 });
  expect(lowest).toMatchObject({ bucketMinutes: 15, keyLimit: 1_000 });
  expect(highest).toMatchObject({ bucketMinutes: 60, dimensions: [{ name: 'by_events', path: ['events'] }] });
});

test('a definition without roll-ups has none', () => {
  const types = [eventType('a', Type.Object({})), eventType('b', anything)];
  expect(deriveRollups(defineEvents({ types }))).toEqual([]);
});

test('a key is one member, or up to three in the order of the declaration', () => {
  expect(keyOf({ count: true, by: '/currency' })).toEqual(['currency']);
  expect(keyOf({ count: true, by: ['/isGift', '/currency', '/at'] })).toEqual(['isGift', 'currency', 'at']);
});

test('a column of a key is renamed if all roll-ups have one of its name', () => {
  const names = ['bucket', 'is_other', 'events', 'left_out'];
  const payload = Type.Object(Object.fromEntries(names.map((name) => [name, Type.String()])));
  const rollups = Object.fromEntries(names.map((name, index) => [`by${index}`, count().by(`/${name}`)]));
  const derived = deriveRollups(defineEvents({ types: [eventType('a', payload, { rollups })] }));
  const columns = derived.flatMap(({ dimensions }) => dimensions.map(({ name }) => name));
  expect(columns).toEqual(['by_bucket', 'by_is_other', 'by_events', 'by_left_out']);
});

test('a schema that declares no members allows roll-ups of any', () => {
  const rollups = { total: sum('/amount').by('/shop/country') };
  const types = [eventType('a', anything, { rollups })];
  expect(deriveRollups(defineEvents({ types }))).toMatchObject([{ member: ['amount'] }]);
});

test.each(['0', '10', 'a1', '1a', '1 ', '-'])('a roll-up can be of the member or item %j', (name) => {
  expect(problemsOf({ total: sum(`/shop/${name}`) })).toEqual([]);
});

test.each(['-1', '+10', ' 1', '\t-1', '01', '\0', '\ud800'])('a roll-up cannot be of the name %j', (name) => {
  const shown = JSON.stringify(`/shop/${name}`);
  expect(problemsOf({ total: sum(`/shop/${name}`) })).toEqual([
    `type purchase: roll-up "total": ${shown} has a name that Postgres cannot look up`,
  ]);
});

test.each([1, 100_000])('%i keys can be kept', (keys) => {
  expect(problemsOf({ total: count().limit(keys) })).toEqual([]);
});

test.each<readonly [string, unknown, string]>([
  [
    'a member that is no pointer',
    sum('amount'),
    '"amount" is not a JSON Pointer to a member of the payload, such as "/amount"',
  ],
  ['the whole payload', sum(''), '"" is not a JSON Pointer to a member of the payload, such as "/amount"'],
  ['a member that the schema lacks', sum('/amuont'), '"/amuont" is no member of the schema'],
  ['a key that the schema lacks', count().by('/curency'), '"/curency" is no member of the schema'],
  [
    'a number as a member',
    { aggregate: 'sum', member: 7 },
    '7 is not a JSON Pointer to a member of the payload, such as "/amount"',
  ],
  [
    'a sum of nothing',
    { aggregate: 'sum' },
    'nothing is not a JSON Pointer to a member of the payload, such as "/amount"',
  ],
  [
    'the whole payload as a key',
    count().by(''),
    '"" is not a JSON Pointer to a member of the payload, such as "/amount"',
  ],
  ['a sum of texts', sum('/currency'), '"/currency" is text, and not a number'],
  ['a sum of booleans', sum('/isGift'), '"/isGift" is boolean, and not a number'],
  ['a maximum of times', max('/at'), '"/at" is timestamptz, and not a number'],
  [
    'an index that Postgres reads otherwise',
    sum('/amount/-1'),
    '"/amount/-1" has a name that Postgres cannot look up',
  ],
  ['four members', count().by('/amount', '/currency', '/at', '/isGift'), 'by: at most 3 members'],
  ['a member twice', count().by('/at', '/at'), 'by: the column "at" would exist twice'],
  ['a member of its own name', count().by('/total'), 'by: the column "total" would exist twice'],
  [
    'a column of 65 bytes',
    count().by(`/shop/${'x'.repeat(60)}`),
    `by: the column "shop_${'x'.repeat(60)}" has 65 bytes, and Postgres allows 63`,
  ],
  [
    'a bucket that divides no day',
    count().per('7 minutes'),
    'per "7 minutes": must be "N minutes", "N hours" or "1 day", and divide a day',
  ],
  [
    'a bucket of a week',
    count().per('7 days'),
    'per "7 days": must be "N minutes", "N hours" or "1 day", and divide a day',
  ],
  [
    'a bucket with a word before it',
    count().per('every 1 hour'),
    'per "every 1 hour": must be "N minutes", "N hours" or "1 day", and divide a day',
  ],
  [
    'a bucket with a word after it',
    count().per('1 hour or so'),
    'per "1 hour or so": must be "N minutes", "N hours" or "1 day", and divide a day',
  ],
  ['no keys', count().limit(0), 'limit 0: must be a whole number from 1 to 100000'],
  ['too many keys', count().limit(100_001), 'limit 100001: must be a whole number from 1 to 100000'],
  ['half a key', count().limit(1.5), 'limit 1.5: must be a whole number from 1 to 100000'],
  ['null', null, 'must be the result of count(), sum(), min() or max()'],
  ['something else', 'count', 'must be the result of count(), sum(), min() or max()'],
])('%s is refused', (_, rollup, problem) => {
  expect(problemsOf({ total: rollup })).toEqual([`type purchase: roll-up "total": ${problem}`]);
});

test.each<readonly [unknown, string]>([
  [7, 'must be an object'],
  [null, 'must be an object'],
  [{}, 'must have one of count, sum, min, max'],
  [{ count: true, sum: '/amount' }, 'must have one of count, sum, min, max'],
  [{ count: '/amount' }, 'count must be true'],
  [
    { count: true, by: '/currency', per: 1 },
    'per 1: must be "N minutes", "N hours" or "1 day", and divide a day',
  ],
  [{ count: true, window: '1 hour' }, '"window" is not one of count, sum, min, max, by, per, limit'],
  [
    { countDistinct: '/currency' },
    'distinct counts are not supported: no exact one could forget purged events',
  ],
])('the keyword %j is refused', (one, problem) => {
  expect(keywordProblemsOf({ total: one })).toContain(`type purchase: roll-up "total": ${problem}`);
});

test('the keyword must be an object of roll-ups by name', () => {
  const types = ['a', 'b'].map((name) => eventType(name, Type.Object({}, { 'x-rollups': 7 })));
  expect(caught(() => defineEvents({ types }))).toEqual([
    'type a: x-rollups: must be an object of roll-ups by name',
    'type b: x-rollups: must be an object of roll-ups by name',
  ]);
  expect(keywordProblemsOf({ a: 7, b: 7 })).toEqual([
    'type purchase: roll-up "a": must be an object',
    'type purchase: roll-up "b": must be an object',
  ]);
});

test.each(['Total', 'total!', '1total'])('a roll-up cannot have the name %j', (name) => {
  expect(problemsOf({ [name]: count() })).toEqual([
    `type purchase: roll-up "${name}": the name must be lower-case letters, digits and underscores`,
  ]);
});

test('a view loses the prefix of its type, which is at its start', () => {
  const rollups = { total: count() };
  const types = [eventType('a', Type.Object({}), { rollups, view: 'my_event_log' })];
  expect(deriveRollups(defineEvents({ types }))[0]?.viewName).toBe('rollup_my_event_log_total');
});

test('views of roll-ups must be possible in Postgres and differ', () => {
  expect(problemsOf({ total: count() }, 'x'.repeat(55))).toEqual([
    expect.stringMatching(
      /its view "rollup_x+_total" has 68 bytes, and Postgres allows 63: rename it or the view/,
    ),
  ]);
  const types = [
    eventType('a', Type.Object({}), { rollups: { b_c: count() } }),
    eventType('d', Type.Object({}), { rollups: { c: count() }, view: 'event_a_b' }),
  ];
  expect(caught(() => defineEvents({ types }))).toEqual([
    'roll-ups a b_c, d c: have the same view "rollup_a_b_c": rename one of them',
  ]);
});
