import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lines } from './lines.ts';

function linesOf(all: readonly string[]): Lines {
  const lines = new Lines();
  for (const one of all) lines.push(one);
  return lines;
}

const texts = fc.array(fc.string({ unit: fc.constantFrom('a', '\t', '\\', 'é', '𝄞'), maxLength: 20 }), {
  maxLength: 200,
});

test('any lines end with a line feed and can be read back', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const lines = linesOf(all);
      expect(String(lines.bytes)).toBe(all.map((one) => `${one}\n`).join(''));
      expect(lines.texts).toEqual(all);
    }),
  );
});

test('the buffer grows for large lines and for many small ones', () => {
  const all = ['ß'.repeat(100_000), ...Array.from({ length: 20_000 }, (_, index) => `${index}`)];
  expect(linesOf(all).texts).toEqual(all);
});

test('lines can be pushed after the bytes were read', () => {
  const lines = linesOf(['a']);
  expect(String(lines.bytes)).toBe('a\n');
  lines.push('b');
  expect(String(lines.bytes)).toBe('a\nb\n');
});

test('lines can be picked and left out', () => {
  fc.assert(
    fc.property(texts, fc.infiniteStream(fc.boolean()), (all, choice) => {
      const lines = linesOf(all);
      const chosen = [...all.keys()].filter(() => choice.next().value);
      const others = [...all.keys()].filter((index) => !chosen.includes(index));
      expect(lines.pick(chosen.toReversed())).toEqual(chosen.toReversed().map((at) => all[at]));
      const pieces = lines.without(chosen);
      expect(String(Buffer.concat(pieces))).toBe(others.map((at) => `${all[at]}\n`).join(''));
      expect(pieces.every(({ length }) => length > 0)).toBe(true);
    }),
  );
});

test('the starts of lines pushed or written in place are known', () => {
  const one = fc.tuple(fc.boolean(), fc.string({ unit: fc.constantFrom('a', 'é', '𝄞'), maxLength: 20 }));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 200 }), (all) => {
      const lines = new Lines();
      for (const [isPushed, text] of all)
        if (isPushed) lines.push(text);
        else {
          const start = lines.extend(Buffer.byteLength(text) + 1);
          lines.buffer.write(`${text}\n`, start);
        }
      const texts = all.map(([, text]) => `${text}\n`);
      const starts = texts.map((_, index) => Buffer.byteLength(texts.slice(0, index).join('')));
      expect([String(lines.bytes), lines.starts, lines.last]).toEqual([
        texts.join(''),
        starts,
        all.at(-1)?.[1],
      ]);
    }),
  );
});
