import { decodeEvent, type Reason } from '@pipeline/schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import { spoilers } from './invalid-records.ts';
import { createRandom } from './random.ts';
import { simulateVisitors } from './sessions.ts';
import { createSimulation } from './simulate.ts';
import { createUuid7 } from './uuid.ts';

const NOW = Date.UTC(2026, 10, 24, 9, 30);
const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

function makeRecords(seed: number, count: number, invalid = 0, duplicate = 0) {
  const simulation = createSimulation(seed, { invalid, duplicate });
  const records = Array.from({ length: count }, (_, index) => simulation.next(NOW + index));
  return { records, tally: simulation.tally() };
}

test('the records depend only on the seed and the times', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const values = (one: number) =>
        makeRecords(one, 50, 0.1, 0.1).records.map(({ value }) => String(value));
      expect(values(seed)).toEqual(values(seed));
      expect(values(seed)).not.toEqual(values((seed + 1) % Number.MAX_SAFE_INTEGER));
    }),
    { numRuns: 20 },
  );
});

test('every event outside the invalid share is valid, with the user as its key', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      for (const { key, value } of makeRecords(seed, 300).records) {
        const result = decodeEvent(value);
        expect(result).toMatchObject({ ok: true, event: { user_id: String(key) } });
      }
    }),
    { numRuns: 20 },
  );
});

const ratio = fc.double({ min: 0, max: 0.4, noNaN: true });

test('invalid records and duplicates match their ratios', () => {
  fc.assert(
    fc.property(seeds, ratio, ratio, (seed, invalid, duplicate) => {
      const { records, tally } = makeRecords(seed, 500, invalid, duplicate);
      const bad = records.filter(({ value }) => !decodeEvent(value).ok || String(value).includes('\\u0000'));
      expect(bad).toHaveLength(tally.invalid);
      expect(Math.abs(tally.invalid - 500 * invalid)).toBeLessThanOrEqual(1);
      expect(Math.abs(tally.duplicates - 500 * duplicate)).toBeLessThanOrEqual(2);
      const good = records.filter((record) => !bad.includes(record)).map(({ value }) => String(value));
      expect(good.length - new Set(good).size).toBe(tally.duplicates);
    }),
    { numRuns: 30 },
  );
});

const random = createRandom(1);
const visitors = simulateVisitors(createCatalogue(random), random);
const decided = Object.entries(spoilers).filter(([reason]) => reason !== 'refused_by_database');

test.each(decided)('an invalid record of kind %s is rejected for that reason', (reason, spoil) => {
  for (let round = 0; round < 20; round++) {
    expect(decodeEvent(spoil(visitors(NOW), random))).toMatchObject({ ok: false, reason: reason as Reason });
  }
});

test('a record that only Postgres refuses passes validation', () => {
  expect(decodeEvent(spoilers.refused_by_database(visitors(NOW), random)).ok).toBe(true);
});

test('visitors buy only what is in their cart', () => {
  const carts = new Map<string, number>();
  for (let step = 0; step < 20_000; step++) {
    const event = visitors(NOW + step);
    if (event.event_type === 'purchase') expect(event.payload.amount).toBeGreaterThan(0);
    carts.set(event.event_type, (carts.get(event.event_type) ?? 0) + 1);
  }
  const count = (type: string) => carts.get(type) ?? 0;
  expect(count('page_view')).toBeGreaterThan(count('add_to_cart'));
  expect(count('add_to_cart')).toBeGreaterThan(count('purchase'));
  expect(count('purchase')).toBeGreaterThan(0);
});

test('a UUIDv7 contains its time', () => {
  const id = createUuid7(NOW, random);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(NOW);
});
