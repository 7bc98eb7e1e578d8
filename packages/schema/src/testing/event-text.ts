/** The members of an event, each as a JSON text. */
export interface MemberTexts {
  readonly event_id: string;
  readonly event_type: string;
  readonly event_time: string;
  readonly user_id: string;
  readonly payload: string;
}

/** The members of a valid event. */
export const validMembers: MemberTexts = {
  event_id: '"0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11"',
  event_type: '"page_view"',
  event_time: '"2026-11-24T09:30:12.345678Z"',
  user_id: '"user-42"',
  payload: '{"path":"/"}',
};

/** The text of a valid event with some members changed; `before` is inserted in front of its members. */
export function writeEvent(change: Partial<MemberTexts> = {}, before = ''): string {
  const members = Object.entries({ ...validMembers, ...change });
  return `{${before}${members.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}

export function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
