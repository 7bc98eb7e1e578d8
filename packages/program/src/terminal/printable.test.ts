import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clipPrintable, toPrintable, toPrintableJson } from './printable.ts';

/** ANSI, a bell, bidirectional and C1 controls, line breaks, wide characters, length. */
const hostileTexts = [
  '\x1b[2J\x07',
  'a\r\nb',
  '\u202egnp.exe\u2066',
  '\u009b31m',
  '購入😀',
  'x'.repeat(100_000),
];
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostileTexts));

test('the result has only characters of one column, for any text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(toPrintable(text)).toMatch(/^[\x20-\x7e≥…]*$/);
    }),
  );
});

test('ordinary text is unchanged, and escapes are reversible', () => {
  expect(toPrintable('page_view {"a": 1} ≥3 …')).toBe('page_view {"a": 1} ≥3 …');
  expect(toPrintable('\x1b[31m購')).toBe('\\u001b[31m\\u8cfc');
});

test('clipped text fits its width, and text that fits is not clipped', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 80 }), (text, most) => {
      const clipped = clipPrintable(text, most);
      const whole = toPrintable(text);
      expect(clipped.length).toBeLessThanOrEqual(most);
      if (whole.length <= most) expect(clipped).toBe(whole);
      else expect(clipped).toBe(`${whole.slice(0, most - 1)}…`);
    }),
  );
});

test('printable JSON has the same value, in ASCII', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = toPrintableJson(value);
      expect(text).toMatch(/^[\x20-\x7e]*$/);
      expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
    }),
  );
});
