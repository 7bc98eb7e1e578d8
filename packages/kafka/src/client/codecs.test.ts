import { randomBytes } from 'node:crypto';
import { compressionsAlgorithms } from '@platformatic/kafka';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import snappy from 'snappyjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { codecs, registerCodecs } from './codecs.ts';

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

  test('the decompressed size may be exactly the limit', async () => {
    const compressed = other.compressSync(Buffer.alloc(1_000));
    expect(await codec.decompress(compressed, 1_000)).toHaveLength(1_000);
    await expect(codec.decompress(compressed, 999)).rejects.toThrow();
  });

  test.each([
    [20_000, 256 << 10],
    [300_000, 5 * 300_000],
  ])('keeps a batch of %d bytes in at most %d', async (length, most) => {
    for (const bytes of [Buffer.alloc(length), randomBytes(length)]) {
      const { buffer } = await codec.decompress(other.compressSync(bytes), 64 << 20);
      expect(buffer.byteLength).toBeLessThanOrEqual(most);
    }
  });

  test('a hundred small batches take the memory of few buffers', async () => {
    const compressed = other.compressSync(Buffer.from('small'));
    const contents: Buffer[] = [];
    for (let count = 0; count < 100; count++) contents.push(await codec.decompress(compressed, LIMIT));
    const kept = [...new Set(contents.map(({ buffer }) => buffer))];
    expect(kept.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(256 << 10);
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

/** Snappy in the framing of Kafka's Java clients. */
function framed(...texts: readonly string[]): Buffer {
  const blocks = texts.map((text) => Buffer.from(snappy.compress(Buffer.from(text))));
  const parts = blocks.flatMap((block) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    return [length, block];
  });
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  return Buffer.concat([header, ...parts]);
}

test("snappy reads the framing of Kafka's Java clients", async () => {
  const content = await codecs.snappy.decompress(framed('first ', 'second'), LIMIT);
  expect(String(content)).toBe('first second');
});

test('the blocks of framed snappy together must not exceed the limit', async () => {
  expect(await codecs.snappy.decompress(framed('12345', '67890'), 10)).toHaveLength(10);
  await expect(codecs.snappy.decompress(framed('12345', '67890'), 9)).rejects.toThrow();
});

test.each(['gzip', 'zstd'] as const)('%s decompresses over 16 KiB in the thread pool', async (name) => {
  const isDoneAtOnce = async (length: number) => {
    const compressed = await codecs[name].compress(randomBytes(length));
    const isDone = codecs[name].decompress(compressed, LIMIT).then(() => true);
    return await Promise.race([isDone, new Promise((resolve) => process.nextTick(resolve, false))]);
  };
  expect([await isDoneAtOnce(15 << 10), await isDoneAtOnce(17 << 10)]).toEqual([true, false]);
});

describe.each([
  ['gzip', kafkajs.CompressionTypes.GZIP],
  ['snappy', kafkajs.CompressionTypes.Snappy],
  ['lz4', kafkajs.CompressionTypes.LZ4],
  ['zstd', kafkajs.CompressionTypes.ZSTD],
] as const)('kafkajs, with our %s', (name, type) => {
  test('decompresses what it has compressed', async () => {
    const codec = registered(type);
    const compressed = await codec.compress({ buffer: Buffer.from('content') });
    expect(compressed).toEqual(await codecs[name].compress(Buffer.from('content')));
    expect(String(await codec.decompress(compressed, LIMIT))).toBe('content');
  });

  test('reports a batch that it cannot decompress, with codec, limit and cause', async () => {
    await expect(registered(type).decompress(Buffer.from('no such batch'), 1_000)).rejects.toMatchObject({
      name: 'CodecError',
      message: expect.stringMatching(
        `^a ${name} batch is corrupt or decompresses to more than 1000 bytes: .{10}`,
      ),
    });
  });
});

interface RegisteredCodec {
  readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Buffer>;
  readonly decompress: (bytes: Buffer, maxBytes: number) => Promise<Buffer>;
}

/** A codec as kafkajs uses it; the limits are set back when the test ends. */
function registered(type: keyof typeof kafkajs.CompressionCodecs): RegisteredCodec {
  const before = { ...kafkajs.DecodeLimits };
  onTestFinished(() => registerCodecs(before));
  registerCodecs({ maxBytes: 1_000, maxRecords: 10 });
  expect(kafkajs.DecodeLimits).toEqual({ maxBytes: 1_000, maxRecords: 10 });
  return kafkajs.CompressionCodecs[type]();
}
