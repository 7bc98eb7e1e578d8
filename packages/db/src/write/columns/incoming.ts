import { part } from '../../statement/part.ts';
import type { ParameterValues } from '../../statement/prepared.ts';
import { jsonNull, jsonSeparator } from './array-literal.ts';
import type { columnsOf } from './event-columns.ts';

/** Selects the rows of a batch with their positions, from 1 on. Payload and attributes are texts. */
export const selectIncoming = part`
             select unnest(${'eventIds'}::uuid[]) as event_id,
                    unnest(${'eventTypes'}::text[]) as event_type,
                    unnest(${'eventTimes'}::timestamptz[]) as event_time,
                    unnest(${'userIds'}::text[]) as user_id,
                    string_to_table(${'payloads'}::text, ${'jsonSeparator'}) as payload,
                    string_to_table(${'attributes'}::text, ${'jsonSeparator'}, ${'jsonNull'}) as attributes,
                    generate_series(1, ${'rowCount'}::int) as n`;

/** The columns of the rows. */
export interface Incoming {
  readonly columns: ReturnType<typeof columnsOf>;
}

/** The values of the parameters of `selectIncoming`. */
export const incomingParameters: ParameterValues<(typeof selectIncoming.names)[number], Incoming> = {
  eventIds: ({ columns }) => columns.eventIds,
  eventTypes: ({ columns }) => columns.eventTypes,
  eventTimes: ({ columns }) => columns.eventTimes,
  userIds: ({ columns }) => columns.userIds,
  payloads: ({ columns }) => columns.payloads,
  // Null makes an empty set, which Postgres pads with nulls to the length of the longest one.
  attributes: ({ columns }) => columns.attributes ?? null,
  jsonSeparator: () => jsonSeparator,
  jsonNull: () => jsonNull,
  rowCount: ({ columns }) => columns.rowCount,
};
