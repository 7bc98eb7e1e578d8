import type { EventDefinition } from './definition/definition.ts';
import { type Event, shopEvents } from './definition/shop-events.ts';
import type { AnyEvent } from './envelopes/envelope.ts';

/** The members that a maker adds if the caller does not pass them; `user_id` only where it may be null. */
type Optional<OneEvent extends { readonly user_id: string | null }> =
  | 'event_id'
  | 'event_time'
  | (null extends OneEvent['user_id'] ? 'user_id' : never);

/** The input of an event maker: user and payload; id and time are optional. */
export type EventFields<
  OneEvent extends {
    readonly event_id: string;
    readonly event_time: string;
    readonly user_id: string | null;
  },
> = Omit<OneEvent, 'event_type' | Optional<OneEvent>> & Partial<Pick<OneEvent, Optional<OneEvent>>>;

/** One function per type of a definition, which creates an event of that type. */
export type EventMakers<Definition extends EventDefinition = typeof shopEvents> = {
  readonly [Name in Event<Definition>['event_type']]: (
    fields: EventFields<Extract<Event<Definition>, { readonly event_type: Name }>>,
  ) => Extract<Event<Definition>, { readonly event_type: Name }>;
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
 * Creates events of the built-in types: `events.signup({ user_id: 'user-42', payload: { plan: 'pro' } })`.
 */
export const events: EventMakers = createEventMakers(shopEvents);

/**
 * Event makers of a definition. Only the compiler checks their input; nothing is validated at run time.
 */
export function createEventMakers<Definition extends EventDefinition>(
  { types }: Definition,
  { newId, now }: EventSource = system,
): EventMakers<Definition> {
  const makers = Object.keys(types).map((event_type) => {
    const make = ({
      event_id = newId(),
      event_time = now(),
      user_id = null,
      ...rest
    }: Partial<AnyEvent>) => ({
      event_id,
      event_type,
      event_time,
      user_id,
      ...rest,
    });
    return [event_type, make] as const;
  });
  return Object.fromEntries(makers) as unknown as EventMakers<Definition>;
}
