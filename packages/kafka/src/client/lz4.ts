/**
 * An LZ4 frame decoder (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md).
 * Node has none, and the JavaScript libraries are unsafe: corrupt lengths must neither hang nor overrun.
 * Ignores checksums, because Kafka has its own over the whole batch.
 */
const MAGIC = 0x184d2204;
const UNCOMPRESSED = 0x80000000;
const flags = { blockChecksum: 0x10, contentSize: 0x08, dictionary: 0x01 };

/** A buffer that grows as it is written, up to a limit. */
interface Output {
  bytes: Buffer;
  length: number;
  readonly limit: number;
}

/**
 * Decodes one frame.
 * @throws RangeError if the frame is corrupt or its content exceeds `maxBytes`
 */
export function decodeLz4Frame(frame: Buffer, maxBytes: number): Buffer {
  if (frame.readUInt32LE(0) !== MAGIC) throw new RangeError('not an LZ4 frame');
  const flag = frame.readUInt8(4);
  if ((flag & flags.dictionary) !== 0) throw new RangeError('dictionaries are not supported');
  const checksumBytes = (flag & flags.blockChecksum) === 0 ? 0 : 4;
  const output: Output = {
    bytes: Buffer.allocUnsafe(Math.min(maxBytes, 4 * frame.length)),
    length: 0,
    limit: maxBytes,
  };
  let at = (flag & flags.contentSize) === 0 ? 7 : 15;
  for (let header = frame.readUInt32LE(at); header !== 0; header = frame.readUInt32LE(at)) {
    const size = header & ~UNCOMPRESSED;
    const block = frame.subarray(at + 4, at + 4 + size);
    if (block.length < size) throw new RangeError('a block is truncated');
    if ((header & UNCOMPRESSED) !== 0) append(output, block);
    else decodeBlock(block, output);
    at += 4 + size + checksumBytes;
  }
  return output.bytes.subarray(0, output.length);
}

/** A block is a series of sequences: literals and a match that copies earlier output, except in the last. */
function decodeBlock(block: Buffer, output: Output): void {
  for (let at = 0; at < block.length; ) {
    const token = block.readUInt8(at);
    const literals = readLength(block, at + 1, token >> 4);
    const end = literals.next + literals.length;
    if (end > block.length) throw new RangeError('literals are truncated');
    append(output, block.subarray(literals.next, end));
    if (end === block.length) return;
    const match = readLength(block, end + 2, token & 0xf);
    repeat(output, block.readUInt16LE(end), match.length + 4);
    at = match.next;
  }
}

/** A length of four bits; 15 means that more bytes follow, up to the first that is not 255. */
function readLength(
  block: Buffer,
  at: number,
  start: number,
): { readonly length: number; readonly next: number } {
  if (start < 15) return { length: start, next: at };
  let next = at;
  let length = start;
  for (let byte = 255; byte === 255; next++) {
    byte = block.readUInt8(next);
    length += byte;
  }
  return { length, next };
}

function append(output: Output, bytes: Buffer): void {
  makeRoom(output, bytes.length);
  bytes.copy(output.bytes, output.length);
  output.length += bytes.length;
}

/** Copies byte by byte, because a match may overlap what it writes. */
function repeat(output: Output, distance: number, length: number): void {
  if (distance === 0 || distance > output.length) throw new RangeError('a match starts before the output');
  makeRoom(output, length);
  for (let end = output.length + length; output.length < end; output.length++) {
    output.bytes[output.length] = output.bytes[output.length - distance] ?? 0;
  }
}

function makeRoom(output: Output, more: number): void {
  const needed = output.length + more;
  if (needed > output.limit) throw new RangeError('the content exceeds the limit');
  if (needed <= output.bytes.length) return;
  const grown = Buffer.allocUnsafe(Math.min(output.limit, Math.max(needed, 2 * output.bytes.length)));
  output.bytes.copy(grown, 0, 0, output.length);
  output.bytes = grown;
}

/** Encodes a frame of uncompressed blocks of at most 4 MiB. */
export function storeLz4Frame(bytes: Buffer): Buffer {
  const parts: Buffer[] = [frameHeader];
  for (let at = 0; at < bytes.length; at += MAX_BLOCK) {
    const block = bytes.subarray(at, at + MAX_BLOCK);
    const size = Buffer.alloc(4);
    size.writeUInt32LE((block.length | UNCOMPRESSED) >>> 0);
    parts.push(size, block);
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

const MAX_BLOCK = 4 << 20;

/** Version 1, independent blocks of up to 4 MiB, no checksums. The last byte is the header's xxHash32. */
const frameHeader = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
