import type { ColumnType, EventView } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { viewText } from './view-text.ts';

const member = (name: string, type: ColumnType, description: string | null = null) => ({
  name,
  type,
  member: name,
  description,
});

const view: EventView = {
  name: 'event_a',
  eventType: "it's",
  description: null,
  columns: [
    { name: 'event_id', type: 'uuid', member: null, description: null },
    { name: 'ingested_at', type: 'timestamptz', member: null, description: null },
  ],
};

test('columns of raw_events keep their names and comments', () => {
  expect(viewText(view, new Map([['event_id', 'The id']]))).toBe(`create or replace view pipeline."event_a" as
select "event_id" as "event_id",
       "ingested_at" as "ingested_at"
from pipeline.raw_events where event_type = 'it''s';
comment on view pipeline."event_a" is 'Events of the type it''s';
comment on column pipeline."event_a"."event_id" is 'The id';
comment on column pipeline."event_a"."ingested_at" is 'ingested_at';`);
});

test.each<readonly [ColumnType, string]>([
  ['text', `payload ->> 'a'`],
  ['bigint', `pipeline.json_bigint(payload -> 'a')`],
  ['numeric', `pipeline.json_numeric(payload -> 'a')`],
  ['boolean', `pipeline.json_boolean(payload -> 'a')`],
  ['timestamptz', `pipeline.json_timestamptz(payload -> 'a')`],
  ['jsonb', `nullif(payload -> 'a', 'null')`],
])('a member of the type %s is read with %s', (type, expression) => {
  expect(viewText({ ...view, columns: [member('a', type)] }, new Map())).toContain(
    `select ${expression} as "a"\nfrom`,
  );
});

test('a description of the view or of a member is its comment', () => {
  const described = {
    ...view,
    description: 'All',
    columns: [member('a', 'text', 'One'), member('b', 'text')],
  };
  const text = viewText(described, new Map([['a', 'Not of raw_events']]));
  expect(text).toContain(`comment on view pipeline."event_a" is 'All';`);
  expect(text).toContain(`comment on column pipeline."event_a"."a" is 'One';`);
  expect(text).toContain(`comment on column pipeline."event_a"."b" is 'Member b of the payload';`);
});
