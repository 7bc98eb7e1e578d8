import { part } from '../../statement/part.ts';
import type { ParameterValues } from '../../statement/prepared.ts';
import type { EventColumns } from './event-columns.ts';

/**
 * Selects the rows of a batch with their positions, from 1 on. The planner expects a thousand rows of `generate_subscripts`,
 * whatever the array is; if it expected their number, a prepared statement would be planned for each batch, which costs
 * more than to write a small one. JSON is text, because Postgres would keep what it needs to parse an array of it until the end.
 */
export const selectIncoming = part`
             select unnest(${'eventIds'}::uuid[]) as event_id,
                    unnest(${'eventTypes'}::text[]) as event_type,
                    unnest(${'eventTimes'}::timestamptz[]) as event_time,
                    unnest(${'userIds'}::text[]) as user_id,
                    unnest(${'payloads'}::text[]) as payload,
                    unnest(${'attributes'}::text[]) as attributes,
                    generate_subscripts(${'eventIds'}::uuid[], 1) as n`;

/** The columns of the rows. */
export interface Incoming {
  readonly columns: EventColumns;
}

/** The values of the parameters of `selectIncoming`. */
export const incomingParameters: ParameterValues<(typeof selectIncoming.names)[number], Incoming> = {
  eventIds: ({ columns }) => columns.eventIds,
  eventTypes: ({ columns }) => columns.eventTypes,
  eventTimes: ({ columns }) => columns.eventTimes,
  userIds: ({ columns }) => columns.userIds,
  payloads: ({ columns }) => columns.payloads,
  attributes: ({ columns }) => columns.attributes,
};
