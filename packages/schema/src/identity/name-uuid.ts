import { get, toHex } from './blocks.ts';
import { sha1 } from './sha1.ts';

/** The namespace of all derived event ids: d4be855d-eb3a-4e55-b91e-c69abca57812. */
const namespace = Uint8Array.of(
  ...[0xd4, 0xbe, 0x85, 0x5d, 0xeb, 0x3a, 0x4e, 0x55],
  ...[0xb9, 0x1e, 0xc6, 0x9a, 0xbc, 0xa5, 0x78, 0x12],
);

const utf8 = new TextEncoder();
let message = createMessage(1_024);

/** A buffer that begins with the namespace, and the part for the name. */
function createMessage(length: number) {
  const bytes = new Uint8Array(length);
  bytes.set(namespace);
  return { view: new DataView(bytes.buffer), name: bytes.subarray(namespace.length) };
}

/**
 * A UUIDv5 (RFC 9562, section 5.5) over the JSON text of an array, without spaces. The same parts result in the
 * same id forever.
 */
export function nameUuid(parts: readonly (string | number | null)[]): string {
  const name = JSON.stringify(parts);
  const longest = 3 * name.length;
  if (longest > message.name.length) message = createMessage(namespace.length + longest);
  const { written } = utf8.encodeInto(name, message.name);
  return toUuid(sha1(message.view, namespace.length + written));
}

/** The first 16 bytes of a hash, with the version and the variant. */
function toUuid(hash: Int32Array): string {
  const [a, b, c, d] = [get(hash, 0), get(hash, 1), get(hash, 2), get(hash, 3)];
  const version = toHex((b & 0x0fff) | 0x5000);
  const variant = toHex(((c >>> 16) & 0x3fff) | 0x8000);
  const node = toHex(c) + toHex(d >>> 16) + toHex(d);
  return `${toHex(a >>> 16)}${toHex(a)}-${toHex(b >>> 16)}-${version}-${variant}-${node}`;
}
