/** Bytes of a UUID. */
export const ID_BYTES = 16;

/** Writes the bytes of a UUID in lower case. */
export function writeId(bytes: Buffer, id: string, at: number): void {
  bytes.write(id.replaceAll('-', ''), at, 'hex');
}

/** Reads a UUID from its 16 bytes. */
export function readId(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A hash of 32 bits (FNV-1a, then mixed) that spreads ids of any form, also those that count up. */
export function hashOfId(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Whether a share of all ids contains this one; independent of the low bits of its hash. */
export function isSampled(id: string, ratio: number): boolean {
  return ratio >= 1 || hashOfId(id) / 2 ** 32 < ratio;
}
