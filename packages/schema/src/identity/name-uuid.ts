import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

/** The namespace of all derived event ids: d4be855d-eb3a-4e55-b91e-c69abca57812. */
const namespace = hexToBytes('d4be855deb3a4e55b91ec69abca57812');

const utf8 = new TextEncoder();

/**
 * A UUIDv5 (RFC 9562, section 5.5) over the JSON text of an array of texts and numbers, without spaces. The
 * same parts result in the same id forever.
 */
export function nameUuid(parts: readonly (string | number | null)[]): string {
  const name = utf8.encode(JSON.stringify(parts));
  const named = new Uint8Array(namespace.length + name.length);
  named.set(namespace);
  named.set(name, namespace.length);
  return toUuid(sha1(named).subarray(0, 16));
}

function toUuid(bytes: Uint8Array): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytesToHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
