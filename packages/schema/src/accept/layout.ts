import type { Envelope } from '../envelopes/envelope.ts';
import type { OtherMembers } from '../envelopes/field-source.ts';

/** Where an envelope finds the parts of an event in a JSON object, as names from the outside in. */
export interface Layout {
  /** A UUID. */
  readonly id: readonly string[];
  /** Whether a UUID with capital letters stays as it is written. */
  readonly keepsCase: boolean;
  /** A place, or the one type of all events. */
  readonly type: readonly string[] | { readonly constant: string };
  readonly isTypeName: (name: string) => boolean;
  /** A date-time of RFC 3339. */
  readonly time: readonly string[];
  /** Undefined if there are no users. */
  readonly user: readonly string[] | undefined;
  /** Whether the user may be missing or null. */
  readonly isUserOptional: boolean;
  readonly payload: readonly string[];
  /** Whether only an object is a payload. */
  readonly isPayloadObject: boolean;
  readonly otherMembers: OtherMembers;
}

const layouts = new WeakMap<Envelope['open'], Layout>();

/** Notes the layout that a function opens, so that an envelope with another function has none. */
export function withLayout<Open extends Envelope['open']>(open: Open, layout: Layout | undefined): Open {
  if (layout !== undefined) layouts.set(open, layout);
  return open;
}

/** The layout of an envelope, if it is as simple as that. */
export function layoutOf({ open }: Envelope): Layout | undefined {
  return layouts.get(open);
}
