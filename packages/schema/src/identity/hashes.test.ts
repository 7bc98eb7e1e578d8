import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from './blocks.ts';
import { sha1 } from './sha1.ts';
import { sha256 } from './sha256.ts';

function hexOfSha1(bytes: Uint8Array): string {
  const words = sha1(new DataView(bytes.buffer, bytes.byteOffset), bytes.length);
  return Array.from(words, (word) => toHex(word >>> 16) + toHex(word)).join('');
}

test('hashes of messages of any length are those of OpenSSL', () => {
  for (let length = 0; length <= 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 197 + length * 31) % 256);
    expect(hexOfSha1(bytes)).toBe(createHash('sha1').update(bytes).digest('hex'));
    expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

test('hashes of any bytes are those of OpenSSL', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      expect(hexOfSha1(bytes)).toBe(createHash('sha1').update(bytes).digest('hex'));
      expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }),
  );
});

test('the hash of a million bytes is that of OpenSSL', () => {
  const bytes = new Uint8Array(1_000_001).fill(97);
  expect(hexOfSha1(bytes)).toBe(createHash('sha1').update(bytes).digest('hex'));
  expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
});
