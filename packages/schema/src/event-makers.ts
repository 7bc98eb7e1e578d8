import type { Envelope } from './envelope.ts';
import { type EventOf, eventTypes, type Registry } from './registry.ts';

/** The input of an event maker: user and payload; id and time are optional. */
export type EventFields<AnyEvent extends { readonly event_id: string; readonly event_time: string }> = Omit<
  AnyEvent,
  'event_id' | 'event_type' | 'event_time'
> &
  Partial<Pick<AnyEvent, 'event_id' | 'event_time'>>;

/** One function per type of a registry, which creates an event of that type. */
export type EventMakers<Types extends Registry> = {
  readonly [Name in keyof Types & string]: (
    fields: EventFields<Extract<EventOf<Types>, { readonly event_type: Name }>>,
  ) => Extract<EventOf<Types>, { readonly event_type: Name }>;
};

/** Generates the ids and times that the caller does not pass. */
export interface EventSource {
  readonly newId: () => string;
  /** The current time in RFC 3339. */
  readonly now: () => string;
}

const system: EventSource = {
  newId: () => crypto.randomUUID(),
  now: () => new Date().toISOString(),
};

/**
 * Creates events of the registered types: `events.signup({ user_id: 'user-42', payload: { plan: 'pro' } })`.
 */
export const events: EventMakers<typeof eventTypes> = createEventMakers(eventTypes);

/** Event makers for custom types. Only the compiler checks their input; nothing is validated at run time. */
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
