import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventIds } from './event-ids.ts';
import { UUID_BYTES } from './uuid-bytes.ts';

/** The ids of rows, whatever is between them. */
function idsOf(all: readonly string[]): EventIds {
  const rows = all.map((id, index) => Buffer.concat([Buffer.alloc(index, 0xff), bytesOf(id)]));
  const ends = rows.map((_, index) => Buffer.concat(rows.slice(0, index + 1)).length);
  return new EventIds(
    Buffer.concat(rows),
    ends.map((end) => end - UUID_BYTES),
  );
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** Some differ in one digit, which may be a capital letter. */
const uuid = fc.oneof(
  fc.uuid(),
  fc.constantFrom('0', '9', 'a', 'A', 'f').map((digit) => `0198c5b0-7c1e-7000-8000-00000000000${digit}`),
);
const uuids = fc.array(uuid, { maxLength: 20 });

test('ids are read, compared and found', () => {
  fc.assert(
    fc.property(uuids, uuids, (all, stored) => {
      const ids = idsOf(all);
      const lower = all.map((id) => id.toLowerCase());
      expect([ids.length, all.map((_, index) => ids.at(index))]).toEqual([all.length, lower]);
      const sorted = lower.toSorted();
      expect(ids.range).toEqual(all.length === 0 ? undefined : [sorted[0], sorted.at(-1)]);
      const isStored = (id: string) => stored.some((one) => one.toLowerCase() === id);
      const firsts = lower.map((id) => (isStored(id) ? -1 : lower.indexOf(id)));
      expect([...ids.firsts(EventIds.parse(stored.join(',')))]).toEqual(firsts);
    }),
  );
});

test('a list has as many ids as it has texts, also if it is long', () => {
  const all = Array.from(
    { length: 100 },
    (_, index) => `0198c5b0-7c1e-7000-8000-${String(index).padStart(12, '0')}`,
  );
  const ids = EventIds.parse(all.join(','));
  expect([ids.length, all.map((_, index) => ids.at(index))]).toEqual([100, all]);
});

test('the array is in the binary format of Postgres, as often as it is asked for', () => {
  const all = ['0198c5b0-7c1e-7000-8000-00000000000f', 'ffffffff-7c1e-4000-bfff-0123456789ab'];
  const ids = idsOf(all);
  // One dimension, the flag of nulls, the type uuid, two elements from 1 on; each has 16 bytes.
  const words = [1, 1, 2950, 2, 1].map((word) => word.toString(16).padStart(8, '0'));
  const elements = all.map((id) => `00000010${id.replaceAll('-', '')}`);
  const expected = Buffer.from([...words, ...elements].join(''), 'hex');
  expect([ids.toArray().bytes, ids.toArray().bytes]).toEqual([expected, expected]);
});
