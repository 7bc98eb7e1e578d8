import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeJson, withSchema } from '../testing/change-record.ts';
import { toBytes } from '../testing/event-text.ts';
import { anyBytes, anyJsonText } from '../testing/json-text.ts';
import { cloudEvents } from './cloudevents/cloudevents.ts';
import { confluentJson } from './confluent.ts';
import { debezium } from './debezium/debezium.ts';
import type { Envelope, SourceRecord } from './envelope.ts';

const envelopes: readonly Envelope[] = [
  cloudEvents({ user: '/data/user', otherMembers: 'reject' }),
  debezium({ user: '/id', type: '/source/table' }),
  confluentJson(cloudEvents()),
  confluentJson(debezium()),
];

const anyValue = fc.oneof(anyBytes, anyJsonText.map(toBytes), fc.constant(null));
const headerName = fc.constantFrom(
  'content-type',
  'ce_id',
  'ce_type',
  'ce_',
  'ce___proto__',
  '__value_schema_id',
);
const headerValue = fc.oneof(
  anyBytes,
  fc.constantFrom('application/json', 'text/plain', 'application/cloudevents+json', '1.0', '\0\0\0\0\0'),
  fc.constant(null),
);
const anyRecord: fc.Arbitrary<SourceRecord> = fc.record({
  value: anyValue,
  key: anyValue,
  headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 4 }),
});

/** Members of objects that the envelopes read, each with any JSON. */
const names = ['data', 'data_base64', 'id', 'type', 'time', 'specversion', 'op', 'source', 'before', 'after'];
const anyMembers = fc
  .dictionary(fc.constantFrom(...names, 'updateDescription', 'transaction', 'schema', 'payload'), anyJsonText)
  .map((members) => `{${Object.entries(members).map(([name, json]) => `"${name}":${json}`)}}`);
const anyChange = fc
  .record(
    {
      after: anyJsonText,
      before: anyJsonText,
      op: fc.constantFrom('c', 'u', 'd', 'r', 't'),
      source: fc.dictionary(
        fc.constantFrom('snapshot', 'table', 'lsn', 'ts_us', 'db', 'schema'),
        anyJsonText,
      ),
    },
    { requiredKeys: [] },
  )
  .map(changeJson);
const anyObject = fc.oneof(anyMembers, anyChange, anyChange.map(withSchema)).map(toBytes);

function openAll(record: SourceRecord) {
  for (const envelope of envelopes) {
    const found = envelope.open(record, { topic: 'events', partition: 0 }, {});
    expect(found.ok).toBeTypeOf('boolean');
    if (!found.ok) continue;
    expect(JSON.parse(found.payloadJson)).toEqual(found.event.payload);
    expect(JSON.parse(found.attributesJson ?? '{}')).toBeTypeOf('object');
  }
}

test('opening never throws, whatever the record', () => {
  fc.assert(fc.property(anyRecord, openAll), { numRuns: 1_000 });
});

test('opening never throws, whatever the members; payload and text agree', () => {
  const record = fc.tuple(anyRecord, anyObject).map(([rest, value]) => ({ ...rest, value }));
  const prefixed = record.map((one) => ({ ...one, value: Uint8Array.of(0, 0, 0, 0, 7, ...one.value) }));
  fc.assert(fc.property(fc.oneof(record, prefixed), openAll), { numRuns: 2_000 });
});
