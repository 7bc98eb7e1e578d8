import type { Reason } from '../reasons.ts';
import { type MemberTexts, toBytes, validMembers, writeEvent } from './event-text.ts';

/** A record's value and the expected outcome. */
export interface InputCase {
  readonly name: string;
  readonly bytes: Uint8Array | null;
  /** `refused_by_database`: decoding succeeds, but jsonb cannot hold the payload. */
  readonly expected: Reason | 'accepted';
  /** Expected path of the rejection. */
  readonly path?: string;
  /** Expected payload text if decoding succeeds. */
  readonly payloadJson?: string;
}

let made = 0;

/** A unique id for each event that is decodable. */
function nextId(): string {
  made++;
  return `"0198c5b0-7c1e-7a4f-9d55-${made.toString(16).padStart(12, '0')}"`;
}

/** An event that is stored; `before` is inserted in front of its members. */
export function accepted(name: string, change: Partial<MemberTexts>, before = ''): InputCase {
  const members = { ...validMembers, event_id: nextId(), ...change };
  return acceptedText(name, writeEvent(members, before), members.payload);
}

/** An event that is stored, given as text. */
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

/** An event with one invalid member. */
export function wrong(name: string, change: Partial<MemberTexts>): InputCase {
  const [member = ''] = Object.keys(change);
  return rejected('not_an_event', name, writeEvent(change), `/${member}`);
}

/** An event whose payload does not match its type. */
export function invalid(name: string, type: string, payload: string, path: string): InputCase {
  const text = writeEvent({ event_type: `"${type}"`, payload });
  return rejected('invalid_payload', `${type} ${name}`, text, `/payload${path}`);
}
