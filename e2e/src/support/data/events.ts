import { randomUUID } from 'node:crypto';
import type { OutgoingRecord } from '@pipeline/kafka';

/** Creates a valid event, with optional changes. Its id ascends as those of UUIDv7 do: others are not copied. */
export function createEvent(change: Readonly<Record<string, unknown>> = {}) {
  return {
    event_id: `019ab3c1${randomUUID().slice(8)}`,
    event_type: 'page_view',
    event_time: new Date().toISOString(),
    user_id: 'user-1',
    payload: { path: '/products/1' },
    ...change,
  };
}

/** Creates a record whose value is JSON. */
export function jsonRecord(value: unknown, extra: Partial<OutgoingRecord> = {}): OutgoingRecord {
  return { key: null, value: Buffer.from(JSON.stringify(value)), ...extra };
}
