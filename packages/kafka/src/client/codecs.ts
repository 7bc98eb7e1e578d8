/// <reference path="../patched-kafkajs.d.ts" />
/// <reference path="../untyped-libraries.d.ts" />
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import snappy from 'snappyjs';
import { decodeLz4Frame, storeLz4Frame } from './lz4.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;
const gzip = promisify(zlib.gzip);
const zstdCompress = promisify(zlib.zstdCompress);

/** A compressed batch is corrupt, or its decompressed size exceeds the limit. */
class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** Compression and decompression; a decompressed size over `maxBytes` throws. */
export interface Codec {
  readonly compress: (bytes: Buffer) => Promise<Buffer>;
  readonly decompress: (bytes: Buffer, maxBytes: number) => Promise<Buffer>;
}

/** Kafka's four codecs. kafkajs itself has only gzip, and without a size limit (kafkajs#1795). */
export const codecs: Readonly<Record<'gzip' | 'snappy' | 'lz4' | 'zstd', Codec>> = {
  gzip: {
    compress: (bytes) => gzip(bytes),
    decompress: decompressWith(zlib.gunzipSync, promisify(zlib.gunzip)),
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
    decompress: decompressWith(zlib.zstdDecompressSync, promisify(zlib.zstdDecompress)),
  },
};

type Limits = Readonly<Record<'maxOutputLength' | 'chunkSize', number>>;

/** Up to this compressed size, the detour through the thread pool costs more time than decompression. */
const SMALL_BYTES = 16 << 10;

function decompressWith(
  now: (bytes: Buffer, limits: Limits) => Buffer,
  later: (bytes: Buffer, limits: Limits) => Promise<Buffer>,
): Codec['decompress'] {
  return async (bytes, maxOutputLength) => {
    const limits = { maxOutputLength, chunkSize: chunkFor(bytes) };
    return bytes.length <= SMALL_BYTES ? now(bytes, limits) : await later(bytes, limits);
  };
}

/**
 * The size of the buffers to decompress into. Each costs a turn of zlib, and a batch keeps its last one whole: Node's
 * 16 KiB are slow for large batches, and more than a hundred times the content of small ones.
 */
function chunkFor(compressed: Buffer): number {
  return Math.min(Math.max(8 * compressed.length, 256), 256 << 10);
}

/** Limits of a batch, and of what is decoded of one fetch response; the rest is fetched again. */
export interface DecodeLimits {
  /** Decompressed bytes of a batch; of several batches, half of them. */
  readonly maxBytes: number;
  readonly maxRecords: number;
}

/** Registers all four codecs and the limits with kafkajs, process-wide. */
export function registerCodecs(limits: DecodeLimits): void {
  Object.assign(kafkajs.DecodeLimits, limits);
  CompressionCodecs[CompressionTypes.GZIP] = adapt('gzip', codecs.gzip);
  CompressionCodecs[CompressionTypes.Snappy] = adapt('snappy', codecs.snappy);
  CompressionCodecs[CompressionTypes.LZ4] = adapt('lz4', codecs.lz4);
  CompressionCodecs[CompressionTypes.ZSTD] = adapt('zstd', codecs.zstd);
}

function adapt(name: string, codec: Codec) {
  return () => ({
    compress: (encoder: { readonly buffer: Buffer }) => codec.compress(encoder.buffer),
    decompress: (bytes: Buffer, maxBytes: number) =>
      codec.decompress(bytes, maxBytes).catch((error) => fail(name, maxBytes, error)),
  });
}

function fail(name: string, maxBytes: number, error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new CodecError(
    `a ${name} batch is corrupt or decompresses to more than ${maxBytes} bytes: ${message}`,
  );
}

/** The header of xerial's snappy-java, which Kafka's Java clients use. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** Raw snappy, or xerial's framing: magic, two versions, then blocks with a length prefix. */
function unsnap(bytes: Buffer, maxBytes: number): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic))
    return Buffer.from(snappy.uncompress(bytes, maxBytes));
  const blocks: Buffer[] = [];
  let remaining = maxBytes;
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const block = Buffer.from(snappy.uncompress(bytes.subarray(at + 4, end), remaining));
    blocks.push(block);
    remaining -= block.length;
    at = end;
  }
  return Buffer.concat(blocks);
}
