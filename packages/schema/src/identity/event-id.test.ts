import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordEventId, toEventId } from './event-id.ts';
import { nameUuid } from './name-uuid.ts';

interface Vector {
  readonly parts: readonly (string | number)[];
  readonly event_id: string;
}

/** Written by Python: `uuid.uuid5(namespace, json.dumps(parts, separators=(',', ':'), ensure_ascii=False))`. */
const vectors: readonly Vector[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../vectors/event-ids.json'), 'utf8'),
);

test.each(vectors)('the published event id of $parts', ({ parts, event_id }) => {
  expect(nameUuid(parts)).toBe(event_id);
});

/** The UUIDv5 of parts, by Node's SHA-1. */
function uuidByNode(parts: Vector['parts']): string | undefined {
  const namespace = Buffer.from('d4be855deb3a4e55b91ec69abca57812', 'hex');
  const hash = createHash('sha1').update(namespace).update(JSON.stringify(parts)).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const groups = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(hash.toString('hex'));
  return groups?.slice(1).join('-');
}

test('a derived id is the UUIDv5 that Node computes with SHA-1', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat()), { maxLength: 30 }), (parts) => {
      expect(nameUuid(parts)).toBe(uuidByNode(parts));
    }),
  );
});

test('texts of any length have ids of their own, also after longer ones', () => {
  for (const length of [300, 2_000, 20_000, 1_000, 1]) {
    expect(nameUuid(['€'.repeat(length)])).toBe(uuidByNode(['€'.repeat(length)]));
    expect(nameUuid(['a'.repeat(length)])).toBe(uuidByNode(['a'.repeat(length)]));
  }
});

const id = '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11';

test('an id that is a UUID in any letter case is itself in lower case', () => {
  expect(toEventId(id.toUpperCase(), 'orders')).toBe(id);
  expect(toEventId(id, 'orders')).toBe(id);
});

test.each([`urn:uuid:${id}`, id.replaceAll('-', ''), `{${id}}`, ` ${id}`, `${id}\n`, 'order-77', '42'])(
  'the id %j is derived from the text and the scope',
  (text) => {
    expect(toEventId(text, 'orders')).toBe(nameUuid(['id', 'orders', text]));
    expect(toEventId(text, 'orders')).not.toBe(toEventId(text, 'shop'));
  },
);

const place = { topic: 'events', partition: 2 };
const record = { value: Buffer.from('{"a":1}'), offset: '41', timestamp: '1795512612345' };
const recordId = '3d6f0496-fb9e-5625-b236-7f34bbc5456f';

test('a record without an id is identified by position, timestamp and content', () => {
  expect(recordEventId(record, place)).toBe(recordId);
  const others = [
    recordEventId({ ...record, offset: '42' }, place),
    recordEventId({ ...record, timestamp: '1795512612346' }, place),
    recordEventId({ ...record, value: Buffer.from('{"a":2}') }, place),
    recordEventId(record, { ...place, partition: 1 }),
    recordEventId(record, { ...place, topic: 'orders' }),
  ];
  expect(new Set([recordId, ...others]).size).toBe(6);
});

test('a record without offset and timestamp is identified by its topic and content', () => {
  const digest = createHash('sha256').update(record.value).digest('hex');
  const id = nameUuid(['record', 'events', 2, '', '', digest]);
  expect(recordEventId({ value: record.value }, place)).toBe(id);
});

test('a record is identified by its whole value if only a part of it is decoded', () => {
  const part = record.value.subarray(1);
  expect(recordEventId({ ...record, value: part, wholeValue: record.value }, place)).toBe(recordId);
  expect(recordEventId({ ...record, value: part }, place)).not.toBe(recordId);
});

test('a record without a value is identified like an empty one', () => {
  const empty = recordEventId({ ...record, value: new Uint8Array() }, place);
  expect(recordEventId({ ...record, value: null }, place)).toBe(empty);
});

test('a redriven record of a high partition keeps the id of the original', () => {
  const headers = [['dlq.origin', Buffer.from('events:12:41:1795512612345')]] as const;
  const id = recordEventId(record, { ...place, partition: 12 });
  expect(recordEventId({ ...record, offset: '99', headers }, place)).toBe(id);
});

test('a redriven record keeps the id of the original', () => {
  const headers = [['dlq.origin', Buffer.from('events:2:41:1795512612345')]] as const;
  const redriven = { ...record, offset: '99', timestamp: '1795512699999', headers };
  expect(recordEventId(redriven, { topic: 'events', partition: 0 })).toBe(recordId);
});

test.each(['', 'events:2:41', 'events:x:41:1', 'a:b:2:41:1', 'events:2:41:1:', '\xff:1:1:1'])(
  'an invalid origin of a redriven record, %j, is ignored',
  (origin) => {
    const headers = [['dlq.origin', Buffer.from(origin, 'latin1')]] as const;
    expect(recordEventId({ ...record, headers }, place)).toBe(recordId);
  },
);
