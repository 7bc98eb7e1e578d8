import fc from 'fast-check';
import { expect, test } from 'vitest';
import { skipAsciiString, skipString } from './text.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether JSON has a string of these bytes without an escape. */
function isPlain(bytes: Uint8Array): boolean {
  try {
    return JSON.stringify(utf8.decode(bytes)) === `"${utf8.decode(bytes)}"`;
  } catch {
    return false;
  }
}

/** Bytes around the limits of UTF-8, and a few of ASCII. */
const byte = fc.constantFrom(
  ...[0x1f, 0x20, 0x22, 0x5c, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf],
  ...[0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff],
);

test('a string is read if it is UTF-8 without escapes and control characters', () => {
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 5 }), (inside) => {
      const bytes = Uint8Array.of(0x22, ...inside, 0x22);
      const [end, asciiEnd] = [skipString(bytes, 0), skipAsciiString(bytes, 0)];
      expect(end === bytes.length).toBe(isPlain(Uint8Array.from(inside)));
      if (asciiEnd === bytes.length) expect([end, Math.max(...bytes) < 0x80]).toEqual([bytes.length, true]);
    }),
    { numRuns: 10_000 },
  );
});

test('every character of four, three and two bytes is read', () => {
  for (let code = 0x80; code <= 0x10ffff; code += code < 0x900 ? 1 : 251) {
    const bytes = new TextEncoder().encode(`"${String.fromCodePoint(code)}"`);
    expect(skipString(bytes, 0), code.toString(16)).toBe(bytes.length);
  }
});

test('the first and the last character of every length and lead byte are read', () => {
  const right = [
    ...['c280', 'dfbf', 'e0a080', 'e0bfbf', 'e18080', 'ecbfbf', 'ed8080', 'ed9fbf', 'ee8080', 'efbfbf'],
    ...['f0908080', 'f0bfbfbf', 'f1808080', 'f3bfbfbf', 'f4808080', 'f48fbfbf'],
  ];
  for (const hex of right)
    expect(skipString(Buffer.from(`22${hex}22`, 'hex'), 0), hex).toBe(hex.length / 2 + 2);
});

test('no character is read that is too long, half of a pair, or beyond the last one', () => {
  const wrong = [
    'c080',
    'c1bf',
    'e09fbf',
    'eda080',
    'edbfbf',
    'f08fbfbf',
    'f4908080',
    'f5808080',
    'ff',
    '80',
    'c3',
    'c3c3',
    'e0a0',
    'e0a0c3',
    'e1c080',
    'f09080',
    'f090c380',
    'f09080c3',
  ];
  for (const hex of wrong) expect(skipString(Buffer.from(`22${hex}22`, 'hex'), 0), hex).toBe(-1);
});

test('a string needs quotes at both ends', () => {
  for (const text of ['', 'a"', '"a', '"é', '"'])
    expect([skipString, skipAsciiString].map((skip) => skip(new TextEncoder().encode(text), 0))).toEqual([
      -1, -1,
    ]);
});
