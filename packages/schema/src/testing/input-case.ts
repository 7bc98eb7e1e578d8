import type { Reason } from '../reasons.ts';
import { type MemberTexts, toBytes, validMembers, writeEvent } from './event-text.ts';

/** A record's value, and what must become of it. */
export interface InputCase {
  readonly name: string;
  readonly bytes: Uint8Array | null;
  /** `refused_by_database`: it is decoded, and Postgres's jsonb cannot hold it. */
  readonly expected: Reason | 'accepted';
  /** Where a rejection points to. */
  readonly path?: string;
  /** The payload to the letter, of what is decoded. */
  readonly payloadJson?: string;
}

let made = 0;

/** Of the events that are decoded each has an id of its own. */
function nextId(): string {
  made++;
  return `"0198c5b0-7c1e-7a4f-9d55-${made.toString(16).padStart(12, '0')}"`;
}

/** An event that is stored; `before` is written before its members. */
export function accepted(name: string, change: Partial<MemberTexts>, before = ''): InputCase {
  const members = { ...validMembers, event_id: nextId(), ...change };
  return acceptedText(name, writeEvent(members, before), members.payload);
}

/** An event that is stored, written in a way of its own. */
export function acceptedText(name: string, text: string, payloadJson: string): InputCase {
  return { name, bytes: toBytes(text), expected: 'accepted', payloadJson };
}

/** An event with a payload that jsonb cannot hold. */
export function refused(name: string, payload: string): InputCase {
  return { ...accepted(name, { payload }), expected: 'refused_by_database' };
}

export function rejected(
  expected: Reason,
  name: string,
  value: string | Uint8Array | null,
  path = '',
): InputCase {
  return { name, bytes: typeof value === 'string' ? toBytes(value) : value, expected, path };
}

/** An event with one member that is wrong. */
export function wrong(name: string, change: Partial<MemberTexts>): InputCase {
  const [member = ''] = Object.keys(change);
  return rejected('not_an_event', name, writeEvent(change), `/${member}`);
}

/** An event with a payload that its type does not allow. */
export function invalid(name: string, type: string, payload: string, path: string): InputCase {
  const text = writeEvent({ event_type: `"${type}"`, payload });
  return rejected('invalid_payload', `${type} ${name}`, text, `/payload${path}`);
}
