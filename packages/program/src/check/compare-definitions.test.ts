import { createDecoder, defineEvents, eventType, Type } from '@pipeline/schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outcomeOf, reportOf } from './check-report.ts';
import { DefinitionComparison } from './compare-definitions.ts';

const open = { additionalProperties: true };
const present = createDecoder(
  defineEvents({
    types: [
      eventType('search', Type.Object({ query: Type.String() }, open)),
      eventType('signup', Type.Object({ plan: Type.String() }, open)),
    ],
  }),
);
const candidate = createDecoder(
  defineEvents({
    types: [
      eventType('search', Type.Object({ query: Type.String({ minLength: 3 }) }, open)),
      eventType('teleport', Type.Object({}, open)),
    ],
  }),
);

const event = (id: number, type: string, payload: object) =>
  Buffer.from(
    JSON.stringify({
      event_id: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
      ...{ event_type: type, event_time: '2026-11-24T09:30:00Z', user_id: 'user-42', payload },
    }),
  );

const place = { topic: 'events', partition: 0 };

/** What both definitions make of a value. */
function decodingsOf(value: Buffer) {
  const record = { value, offset: '0', timestamp: '0', key: null };
  return [present(record, place, {}), candidate(record, place, {})] as const;
}

function compare(values: readonly Buffer[], maxIds?: number) {
  const comparison = new DefinitionComparison(maxIds);
  for (const [index, value] of values.entries()) comparison.add(...decodingsOf(value), `events:0:${index}`);
  return comparison.report;
}

test('records with which both do the same are no difference', () => {
  const report = compare([event(1, 'search', { query: 'shoes' }), Buffer.from('{'), event(2, 'x', {})]);
  expect(report.differences).toEqual([]);
  expect(report.present).toEqual(report.candidate);
});

test('each kind of difference has its verdicts, its count and ten examples', () => {
  const values = Array.from({ length: 12 }, (_, id) => event(id, 'search', { query: 'a' }));
  const report = compare([event(20, 'teleport', {}), ...values]);
  expect(report.differences).toEqual([
    {
      present: { outcome: 'stored', eventType: 'search' },
      candidate: {
        ...{ outcome: 'rejected', reason: 'invalid_payload', eventType: 'search', path: '/payload/query' },
        message: expect.stringMatching(/3/),
      },
      ...{ columns: [], count: 12 },
      examples: Array.from({ length: 10 }, (_, index) => `events:0:${index + 1}`),
    },
    expect.objectContaining({
      present: expect.objectContaining({ reason: 'unknown_event_type', eventType: 'teleport' }),
      candidate: { outcome: 'stored', eventType: 'teleport' },
      count: 1,
    }),
  ]);
});

test('columns that differ are named if both store a record', () => {
  const [stored] = decodingsOf(event(1, 'search', { query: 'shoes' }));
  if (!stored.ok) throw new Error('the event is valid');
  const changed = { ...stored, event: { ...stored.event, user_id: null }, payloadJson: '{}' };
  const comparison = new DefinitionComparison();
  comparison.add(stored, changed, 'events:0:0');
  expect(comparison.report.differences).toMatchObject([{ columns: ['user_id', 'payload'], count: 1 }]);
});

test.each([
  ['2026-11-24T09:30:00Z', '2026-11-24t10:30:00.000+01:00', []],
  ['2026-11-24T09:30:00.1200Z', '2026-11-24T09:30:00.12z', []],
  ['2026-11-24T09:30:00.000001Z', '2026-11-24T09:30:00Z', ['event_time']],
  ['2026-11-24T09:30:00Z', '2026-11-24T09:30:00+01:00', ['event_time']],
])('the times %s and %s differ in the columns %j', (before, after, columns) => {
  const [stored] = decodingsOf(event(1, 'search', { query: 'shoes' }));
  if (!stored.ok) throw new Error('the event is valid');
  const [old, changed] = [before, after].map((time) => ({
    ...stored,
    event: { ...stored.event, event_time: time, user_id: time === after ? 'other' : 'user-42' },
  }));
  const comparison = new DefinitionComparison();
  if (old && changed) comparison.add(old, changed, 'events:0:0');
  expect(comparison.report.differences).toMatchObject([{ columns: [...columns, 'user_id'] }]);
});

test('duplicates are counted for both definitions or for neither', () => {
  const values = [1, 2, 1].map((id) => event(id, 'search', { query: id === 1 ? 'a' : 'abc' }));
  expect(compare(values, 2)).toMatchObject({
    present: { stored: [{ count: 2 }], duplicates: 1 },
    candidate: { stored: [{ count: 1 }], duplicates: 0 },
  });
  const { present, candidate, differences } = compare(values, 1);
  expect(present).toMatchObject({ records: 3, stored: [{ count: 3 }], duplicates: null });
  expect(candidate).toMatchObject({ records: 3, stored: [{ count: 1 }], duplicates: null });
  expect(candidate.rejected).toMatchObject([{ count: 2 }]);
  expect(differences).toMatchObject([{ count: 2 }]);
});

test('the sums are those of each definition, and the differences add up', () => {
  const anyEvent = fc
    .tuple(fc.nat(20), fc.constantFrom('search', 'signup', 'teleport', 'x'), fc.constantFrom('', 'a', 'abc'))
    .map(([id, type, query]) => event(id, type, type === 'signup' ? { plan: query } : { query }));
  const anyRecord = fc.oneof({ weight: 5, arbitrary: anyEvent }, fc.constant(Buffer.from('{')));
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 40 }), (values) => {
      const report = compare(values);
      const decodings = values.map(decodingsOf);
      const expected = [0, 1].map((side) =>
        reportOf(
          decodings.map((pair, index) => ({
            place: `events:0:${index}`,
            outcome: outcomeOf(pair[side as 0 | 1]),
          })),
        ),
      );
      expect([report.present, report.candidate]).toEqual(expected);
      const differing = decodings.filter(([a, b]) => JSON.stringify(a) !== JSON.stringify(b));
      expect(report.differences.reduce((sum, { count }) => sum + count, 0)).toBe(differing.length);
    }),
  );
});
