import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventIds } from './event-ids.ts';

/** The ids of lines of COPY's text. */
function idsOf(all: readonly string[]): EventIds {
  const lines = all.map((id, index) => `${id}\té${index}\n`);
  const starts = lines.map((_, index) => Buffer.byteLength(lines.slice(0, index).join('')));
  return new EventIds(Buffer.from(lines.join('')), starts);
}

const order = (a = '', b = '') => Math.sign(Number(a > b) - Number(a < b));
/** Some differ in one digit. */
const uuid = fc.oneof(
  fc.uuid(),
  fc.constantFrom('0', '9', 'a', 'f').map((digit) => `0198c5b0-7c1e-7000-8000-00000000000${digit}`),
);

test('ids are read, compared, sorted and found', () => {
  fc.assert(
    fc.property(fc.array(uuid, { maxLength: 20 }), uuid, (all, other) => {
      const ids = idsOf(all);
      const indexes = [...all.keys()];
      expect([ids.length, indexes.map((index) => ids.at(index))]).toEqual([all.length, all]);
      for (const a of indexes)
        for (const b of indexes) expect(Math.sign(ids.compare(a, b))).toBe(order(all[a], all[b]));
      const inOrder = ids.inOrder();
      expect(inOrder).toEqual(indexes.toSorted((a, b) => order(all[a], all[b])));
      for (const id of [...all, other])
        expect(ids.search(inOrder, id)).toBe(all.filter((one) => one < id).length);
    }),
  );
});

test('the digits of an id may be capital letters', () => {
  const id = '0198C5B0-7C1E-7ABC-8DEF-00000000000F';
  expect(idsOf([id]).at(0)).toBe(id.toLowerCase());
});

test('the array is in the binary format of Postgres, as often as it is asked for', () => {
  const all = ['0198c5b0-7c1e-7000-8000-00000000000f', 'ffffffff-7c1e-4000-bfff-0123456789ab'];
  const ids = idsOf(all);
  // One dimension, no nulls, the type uuid, two elements from 1 on; each has 16 bytes.
  const words = [1, 0, 2950, 2, 1].map((word) => word.toString(16).padStart(8, '0'));
  const elements = all.map((id) => `00000010${id.replaceAll('-', '')}`);
  const expected = Buffer.from([...words, ...elements].join(''), 'hex');
  expect([ids.toArray(), ids.toArray()]).toEqual([expected, expected]);
});
