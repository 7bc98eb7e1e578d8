/// <reference path="./untyped-libraries.d.ts" />
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import snappy from 'snappyjs';
import { decodeLz4Frame, storeLz4Frame } from './lz4.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;
const gzip = promisify(zlib.gzip);
const gunzip = promisify(zlib.gunzip);
const zstdCompress = promisify(zlib.zstdCompress);
const zstdDecompress = promisify(zlib.zstdDecompress);

/** A compressed batch that unfolds to more than it may, or that is broken. */
class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** Both ways of one codec; unfolding to more than `maxBytes` throws. */
export interface Codec {
  readonly compress: (bytes: Buffer) => Promise<Buffer>;
  readonly decompress: (bytes: Buffer, maxBytes: number) => Promise<Buffer>;
}

/** The four codecs of Kafka. kafkajs has only gzip of its own, and that without a limit (kafkajs#1795). */
export const codecs: Readonly<Record<'gzip' | 'snappy' | 'lz4' | 'zstd', Codec>> = {
  gzip: {
    compress: (bytes) => gzip(bytes),
    decompress: (bytes, maxOutputLength) => gunzip(bytes, { maxOutputLength }),
  },
  snappy: {
    compress: async (bytes) => Buffer.from(snappy.compress(bytes)),
    decompress: async (bytes, maxBytes) => unsnap(bytes, maxBytes),
  },
  lz4: {
    compress: async (bytes) => storeLz4Frame(bytes),
    decompress: async (bytes, maxBytes) => decodeLz4Frame(bytes, maxBytes),
  },
  zstd: {
    compress: (bytes) => zstdCompress(bytes),
    decompress: (bytes, maxOutputLength) => zstdDecompress(bytes, { maxOutputLength }),
  },
};

/** Teaches kafkajs all four codecs, each with a limit on what a batch unfolds to. For the whole process. */
export function registerCodecs(maxBytes: number): void {
  CompressionCodecs[CompressionTypes.GZIP] = adapt('gzip', codecs.gzip, maxBytes);
  CompressionCodecs[CompressionTypes.Snappy] = adapt('snappy', codecs.snappy, maxBytes);
  CompressionCodecs[CompressionTypes.LZ4] = adapt('lz4', codecs.lz4, maxBytes);
  CompressionCodecs[CompressionTypes.ZSTD] = adapt('zstd', codecs.zstd, maxBytes);
}

function adapt(name: string, codec: Codec, maxBytes: number) {
  return () => ({
    compress: (encoder: { readonly buffer: Buffer }) => codec.compress(encoder.buffer),
    decompress: (bytes: Buffer) =>
      codec.decompress(bytes, maxBytes).catch((error) => fail(name, maxBytes, error)),
  });
}

function fail(name: string, maxBytes: number, error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new CodecError(`a ${name} batch is broken or unfolds to more than ${maxBytes} bytes: ${message}`);
}

/** What xerial's snappy-java, which Kafka's Java clients use, writes before its blocks. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** Raw snappy, or blocks of it in xerial's framing: magic, two versions, then blocks that each follow their length. */
function unsnap(bytes: Buffer, maxBytes: number): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic))
    return Buffer.from(snappy.uncompress(bytes, maxBytes));
  const blocks: Buffer[] = [];
  let room = maxBytes;
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const block = Buffer.from(snappy.uncompress(bytes.subarray(at + 4, end), room));
    blocks.push(block);
    room -= block.length;
    at = end;
  }
  return Buffer.concat(blocks);
}
