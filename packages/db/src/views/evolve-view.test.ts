import type { ColumnType, EventView } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { type Existing, evolveView } from './evolve-view.ts';

const column = (name: string, type: ColumnType, description: string | null = null) => ({
  name,
  type,
  member: name,
  description,
});

const wanted: EventView = {
  name: 'event_a',
  eventType: 'a',
  description: null,
  columns: [column('one', 'text', 'new'), column('two', 'bigint'), column('three', 'jsonb')],
};

const existing: Existing = {
  isOwn: true,
  eventType: 'a',
  columns: [column('two', 'bigint'), column('gone', 'boolean', 'old'), column('one', 'text')],
};

test('a view that does not exist is as the definition describes it', () => {
  expect(evolveView(undefined, wanted)).toEqual({ view: wanted });
});

test('existing columns keep their order, removed members remain, new ones follow', () => {
  const columns = [
    column('two', 'bigint'),
    column('gone', 'boolean', 'old'),
    column('one', 'text', 'new'),
    column('three', 'jsonb'),
  ];
  expect(evolveView(existing, wanted)).toEqual({ view: { ...wanted, columns } });
});

test('a column that would change its type is refused with both types and a remedy', () => {
  const columns = [column('one', 'numeric'), column('two', 'text')];
  expect(evolveView({ ...existing, columns }, wanted)).toEqual({
    problems: [
      'view event_a: column one is numeric, and the definition makes it text; register the new form as another ' +
        'type, name another view with eventType(name, schema, { view }) or "x-view", or drop view event_a',
      expect.stringMatching(/^view event_a: column two is text, and the definition makes it bigint; /),
    ],
  });
});

test('a view of another type, or one that a user created, is not replaced', () => {
  expect(evolveView({ ...existing, isOwn: false }, wanted)).toEqual({
    problems: [
      expect.stringMatching(/^view event_a: something else has this name; rename it, or name another/),
    ],
  });
  expect(evolveView({ ...existing, eventType: 'b' }, wanted)).toEqual({
    problems: [expect.stringMatching(/^view event_a: is of the type b, not a; name another view/)],
  });
});
