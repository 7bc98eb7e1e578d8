import type { AnyEvent, Decoded } from '@pipeline/schema';
import type { Decoding } from './compare-definitions.ts';

/** Finds the events that Postgres cannot store, and why, by index. */
export type FindInvalid = (
  events: readonly Decoded<AnyEvent>[],
) => Promise<ReadonlyMap<number, { readonly message: string }>>;

/**
 * Rejects the events whose JSON Postgres cannot store, as their write would. Constraints that users have added are
 * not checked.
 * @throws what `find` throws
 */
export async function refuseInvalid(
  find: FindInvalid,
  decodings: readonly Decoding[],
): Promise<readonly Decoding[]> {
  const events = decodings.filter((decoding) => decoding.ok);
  if (events.length === 0) return decodings;
  const found = await find(events);
  const refusals = new Map([...found].map(([index, { message }]) => [events[index], message]));
  return decodings.map((decoding) => (decoding.ok ? refuse(decoding, refusals.get(decoding)) : decoding));
}

function refuse(decoded: Decoded<AnyEvent>, message: string | undefined): Decoding {
  if (message === undefined) return decoded;
  const eventType = decoded.event.event_type;
  return { ok: false, reason: 'refused_by_database', message, path: '', eventType };
}
