import { compressionsAlgorithms } from '@platformatic/kafka';
import fc from 'fast-check';
import snappy from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { codecs } from './codecs.ts';

const LIMIT = 100_000;

/** Random bytes, long runs, and words that repeat at any distance. */
const anyBytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 5_000 }).map((bytes) => Buffer.from(bytes)),
  fc.nat({ max: 20_000 }).map((length) => Buffer.alloc(length + 1)),
  fc
    .array(fc.constantFrom('abc', 'abcabcabc', 'x', '0123456789'), { minLength: 1, maxLength: 3_000 })
    .map((words) => Buffer.from(words.join(''))),
);

describe.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s', (name) => {
  const codec = codecs[name];
  const other = compressionsAlgorithms[name];

  test('decompresses what it or another client has compressed', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        for (const compressed of [await codec.compress(bytes), other.compressSync(bytes)])
          expect(Buffer.compare(await codec.decompress(compressed, LIMIT), bytes)).toBe(0);
      }),
    );
  });

  test('compresses so that another client can decompress', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        expect(Buffer.compare(other.decompressSync(await codec.compress(bytes)), bytes)).toBe(0);
      }),
    );
  });

  test('throws if the decompressed size exceeds the limit', async () => {
    const bomb = other.compressSync(Buffer.alloc(64 << 20));
    await expect(codec.decompress(bomb, LIMIT)).rejects.toThrow();
  });

  test('never hangs on corrupt bytes', async () => {
    const corruption = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      value: fc.nat({ max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(anyBytes, corruption, async (bytes, { at, value }) => {
        const corrupt = Buffer.from(other.compressSync(bytes));
        corrupt[Math.floor(at * (corrupt.length - 1))] = value;
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
