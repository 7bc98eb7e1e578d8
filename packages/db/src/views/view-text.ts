import type { ColumnType, EventView, ViewColumn } from '@pipeline/schema';
import { quoteName, quoteText } from './quote.ts';

/**
 * The values of a member in a column of each type; null if the type cannot hold a value. None can fail,
 * whatever JSON the payload is. Text is any JSON as text, so that an index on `payload ->> 'NAME'` applies.
 */
const expressions: Readonly<Record<Exclude<ColumnType, 'uuid'>, (name: string) => string>> = {
  text: (name) => `payload ->> ${name}`,
  bigint: (name) => `pipeline.json_bigint(payload -> ${name})`,
  numeric: (name) => `pipeline.json_numeric(payload -> ${name})`,
  boolean: (name) => `pipeline.json_boolean(payload -> ${name})`,
  timestamptz: (name) => `pipeline.json_timestamptz(payload -> ${name})`,
  jsonb: (name) => `nullif(payload -> ${name}, 'null')`,
};

/**
 * The statements that create a view, or replace one that has only the first of its columns.
 */
export function viewText({ name, eventType, description, columns }: EventView, ofTable: Comments): string {
  const view = `pipeline.${quoteName(name)}`;
  const list = columns.map((column) => `${expressionOf(column)} as ${quoteName(column.name)}`);
  const comments = columns.map(
    (column) =>
      `comment on column ${view}.${quoteName(column.name)} is ${quoteText(commentOf(column, ofTable))};`,
  );
  return `create or replace view ${view} as
select ${list.join(',\n       ')}
from pipeline.raw_events where event_type = ${quoteText(eventType)};
comment on view ${view} is ${quoteText(description ?? `Events of the type ${eventType}`)};
${comments.join('\n')}`;
}

/** The comments on the columns of `raw_events`. */
export type Comments = ReadonlyMap<string, string>;

function expressionOf({ name, type, member }: ViewColumn): string {
  return member === null || type === 'uuid' ? quoteName(name) : expressions[type](quoteText(member));
}

function commentOf({ name, member, description }: ViewColumn, ofTable: Comments): string {
  if (member === null) return ofTable.get(name) ?? name;
  return description ?? `Member ${member} of the payload`;
}
