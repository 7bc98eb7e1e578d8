import type { EventDefinition } from '../definition/definition.ts';
import { findDescriptions, membersOf } from './members.ts';
import { asSchema, createResolver } from './schema-index.ts';
import type { ColumnType, EventView, ViewColumn } from './view.ts';
import { defaultViewName, isSystemColumn } from './view-names.ts';

/** The columns of `raw_events`, in the order of the views. */
const envelopeTypes = {
  event_id: 'uuid',
  event_type: 'text',
  event_time: 'timestamptz',
  user_id: 'text',
  attributes: 'jsonb',
  ingested_at: 'timestamptz',
  payload: 'jsonb',
} as const satisfies Readonly<Record<string, ColumnType>>;

/** The name of a column of `raw_events`. */
export type EnvelopeColumn = keyof typeof envelopeTypes;

const envelopeColumns: readonly ViewColumn[] = Object.entries(envelopeTypes).map(([name, type]) => ({
  name,
  type,
  member: null,
  description: null,
}));

/**
 * One view for each type of a definition, with the columns of `raw_events` and one per member of the payload.
 * Pure: depends on the schemas alone.
 */
export function deriveViews({
  types,
  viewNames = {},
}: Pick<EventDefinition, 'types' | 'viewNames'>): readonly EventView[] {
  return Object.entries(types).map(([eventType, payload]) => {
    const document = asSchema(payload) ?? {};
    const own = Object.hasOwn(viewNames, eventType) ? viewNames[eventType] : document['x-view'];
    return {
      name: typeof own === 'string' ? own : defaultViewName(eventType),
      eventType,
      description: findDescriptions(createResolver(document))(document),
      columns: [...envelopeColumns, ...memberColumns(payload)],
    };
  });
}

/** Whether a column of this name has another meaning. */
function isTaken(name: string): boolean {
  return Object.hasOwn(envelopeTypes, name) || isSystemColumn(name);
}

/** A member that jsonb cannot hold is in no row. */
function memberColumns(payload: unknown): readonly ViewColumn[] {
  const storable = membersOf(payload).filter(({ name }) => !name.includes('\0') && name.isWellFormed());
  return storable.map(({ name, type, description, column }) => ({
    name: column ?? (isTaken(name) ? `payload_${name}` : name),
    type,
    member: name,
    description,
  }));
}
