import type { Envelope } from './envelope.ts';
import { type EventOf, eventTypes, type Registry } from './registry.ts';

/** What an event is made from: its user and payload; an id and the present time where none are given. */
export type EventFields<AnyEvent extends { readonly event_id: string; readonly event_time: string }> = Omit<
  AnyEvent,
  'event_id' | 'event_type' | 'event_time'
> &
  Partial<Pick<AnyEvent, 'event_id' | 'event_time'>>;

/** A function for each type of a registry that makes events of it. */
export type EventMakers<Types extends Registry> = {
  readonly [Name in keyof Types & string]: (
    fields: EventFields<Extract<EventOf<Types>, { readonly event_type: Name }>>,
  ) => Extract<EventOf<Types>, { readonly event_type: Name }>;
};

/** Where ids and times come from. */
export interface EventSource {
  readonly newId: () => string;
  /** RFC 3339. */
  readonly now: () => string;
}

const system: EventSource = {
  newId: () => crypto.randomUUID(),
  now: () => new Date().toISOString(),
};

/** Makes events of the registered types: `events.signup({ user_id: 'user-42', payload: { plan: 'pro' } })`. */
export const events: EventMakers<typeof eventTypes> = createEventMakers(eventTypes);

/** Functions that make events of the types of one's own. The compiler checks what they are given; nothing else does. */
export function createEventMakers<Types extends Registry>(
  types: Types,
  { newId, now }: EventSource = system,
): EventMakers<Types> {
  const makers = Object.keys(types).map((event_type) => {
    const make = ({ event_id = newId(), event_time = now(), ...fields }: Partial<Envelope>) => ({
      event_id,
      event_type,
      event_time,
      ...fields,
    });
    return [event_type, make] as const;
  });
  return Object.fromEntries(makers) as unknown as EventMakers<Types>;
}
