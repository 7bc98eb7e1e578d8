import { appendFileSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, kinds } from './entry.ts';
import { hashOfId, ID_BYTES, readId, writeId } from './event-id-bytes.ts';

/** An id of 16 bytes, the kind, 1 unused byte, the partition (2), the detail (4), and the offset (8). */
const ENTRY_BYTES = 32;

/** Memory for what is not written yet. */
const BUFFER_BYTES = 8 << 20;

/** Number of ids that are in memory at a time when the journal is read: about 30 MB. */
const IDS_PER_BUCKET = 100_000;
const MAX_BUCKETS = 4_096;

/** The number of files for a number of entries: a power of two. */
export function bucketsFor(entries: number): number {
  const wanted = Math.min(MAX_BUCKETS, Math.max(1, entries / IDS_PER_BUCKET));
  return 2 ** Math.ceil(Math.log2(wanted));
}

/** The occurrences of an event id. Its text is rarely needed. */
export interface Group {
  readonly eventId: () => string;
  readonly entries: readonly Entry[];
}

/**
 * The occurrences of all event ids, on disk, because they may not fit into memory. Files hold the entries of some ids
 * each, in the order in which they were added.
 */
export class Journal {
  readonly #folder: string;
  readonly #buffers: readonly Buffer[];
  readonly #used: Uint32Array;
  readonly #written: number[];

  /**
   * @param lengths of the files at the last checkpoint: what was added later is forgotten
   */
  constructor(folder: string, lengths: readonly number[]) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    const bytes = Math.max(1, Math.floor(BUFFER_BYTES / lengths.length / ENTRY_BYTES)) * ENTRY_BYTES;
    this.#buffers = lengths.map(() => Buffer.alloc(Math.min(bytes, 1 << 16)));
    this.#used = new Uint32Array(lengths.length);
    this.#written = [...lengths];
    for (const [bucket, length] of lengths.entries()) {
      appendFileSync(this.#path(bucket), '');
      truncateSync(this.#path(bucket), length);
    }
  }

  add(id: string, { kind, partition, offset, detail }: Entry): void {
    const bucket = hashOfId(id) & (this.#buffers.length - 1);
    const buffer = this.#buffers[bucket] as Buffer;
    if (this.#used[bucket] === buffer.length) this.#write(bucket);
    const at = this.#used[bucket] ?? 0;
    writeId(buffer, id, at);
    buffer.writeUInt16LE(kinds.indexOf(kind), at + ID_BYTES);
    buffer.writeUInt16LE(partition, at + ID_BYTES + 2);
    buffer.writeUInt32LE(detail, at + ID_BYTES + 4);
    buffer.writeBigInt64LE(offset, at + ID_BYTES + 8);
    this.#used[bucket] = at + ENTRY_BYTES;
  }

  /** Writes everything to the files; returns their lengths. */
  flush(): readonly number[] {
    for (const bucket of this.#buffers.keys()) this.#write(bucket);
    return [...this.#written];
  }

  /** The entries of all ids, in the order in which they were added. Call `flush` first. */
  *groups(): Generator<Group> {
    for (const bucket of this.#buffers.keys()) yield* readGroups(readFileSync(this.#path(bucket)));
  }

  #write(bucket: number): void {
    const used = this.#used[bucket] ?? 0;
    if (used === 0) return;
    appendFileSync(this.#path(bucket), (this.#buffers[bucket] as Buffer).subarray(0, used));
    this.#written[bucket] = (this.#written[bucket] ?? 0) + used;
    this.#used[bucket] = 0;
  }

  #path(bucket: number): string {
    return join(this.#folder, `ids-${bucket}`);
  }
}

function* readGroups(bytes: Buffer): Generator<Group> {
  const groups = new Map<string, Entry[]>();
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
    const key = bytes.toString('latin1', at, at + ID_BYTES);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [readEntry(bytes, at)]);
    else group.push(readEntry(bytes, at));
  }
  for (const [key, entries] of groups) yield { entries, eventId: () => readId(Buffer.from(key, 'latin1')) };
}

function readEntry(bytes: Buffer, at: number): Entry {
  return {
    kind: kinds[bytes.readUInt16LE(at + ID_BYTES)] ?? 'row',
    partition: bytes.readUInt16LE(at + ID_BYTES + 2),
    detail: bytes.readUInt32LE(at + ID_BYTES + 4),
    offset: bytes.readBigInt64LE(at + ID_BYTES + 8),
  };
}
