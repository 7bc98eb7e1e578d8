import fc from 'fast-check';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { codecs } from './codecs.ts';

const LIMIT = 100_000;

describe.each(Object.entries(codecs))('%s', (_, codec) => {
  test('decompresses what it has compressed', async () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 5_000 }),
      fc.nat({ max: 20_000 }).map((length) => new Uint8Array(length + 1)),
    );
    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        const compressed = await codec.compress(Buffer.from(bytes));
        expect(Buffer.compare(await codec.decompress(compressed, LIMIT), Buffer.from(bytes))).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test('throws if the decompressed size exceeds the limit', async () => {
    const bomb = await codec.compress(Buffer.alloc(64 << 20));
    await expect(codec.decompress(bomb, LIMIT)).rejects.toThrow();
  });

  test('never hangs on corrupt bytes', async () => {
    const compressed = await codec.compress(Buffer.from('some text that repeats, some text that repeats'));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: compressed.length - 1 }), fc.nat({ max: 255 }), async (at, value) => {
        const corrupt = Buffer.from(compressed);
        corrupt[at] = value;
        const content = await codec.decompress(corrupt, LIMIT).catch(() => Buffer.alloc(0));
        expect(content.length).toBeLessThanOrEqual(LIMIT);
      }),
      { numRuns: 200 },
    );
  });
});

test("snappy reads the framing of Kafka's Java clients", async () => {
  const blocks = ['first ', 'second'].map((text) => Buffer.from(snappy.compress(Buffer.from(text))));
  const framed = blocks.flatMap((block) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    return [length, block];
  });
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const content = await codecs.snappy.decompress(Buffer.concat([header, ...framed]), LIMIT);
  expect(String(content)).toBe('first second');
});

test('lz4 decompresses the frames of another implementation and survives corruption', async () => {
  const text = fc.array(fc.constantFrom('abc', 'abcabcabc', 'x', '0123456789'), {
    minLength: 1,
    maxLength: 3_000,
  });
  const corruption = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    value: fc.nat({ max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(text, corruption, async (words, { at, value }) => {
      const bytes = Buffer.from(words.join(''));
      const compressed = Buffer.from(lz4.compress(bytes));
      expect(Buffer.compare(await codecs.lz4.decompress(compressed, LIMIT), bytes)).toBe(0);
      compressed[Math.floor(at * (compressed.length - 1))] = value;
      const content = await codecs.lz4.decompress(compressed, LIMIT).catch(() => Buffer.alloc(0));
      expect(content.length).toBeLessThanOrEqual(LIMIT);
    }),
  );
});
