import { appendFileSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { ENTRY_WORDS, type Entries } from './entries.ts';
import { hashOfId } from './event-id.ts';
import { type Group, readGroups } from './groups.ts';

const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;
const ENTRY_BYTES = ENTRY_WORDS * WORD_BYTES;

/** Memory for what is not written yet. */
const BUFFER_BYTES = 8 << 20;

/** Number of entries that are in memory at a time when the journal is read: about 6 MB. */
const ENTRIES_PER_BUCKET = 100_000;
const MAX_BUCKETS = 4_096;

/** The number of files for a number of entries: a power of two. */
export function bucketsFor(entries: number): number {
  const wanted = Math.min(MAX_BUCKETS, Math.max(1, entries / ENTRIES_PER_BUCKET));
  return 2 ** Math.ceil(Math.log2(wanted));
}

/**
 * The occurrences of all event ids, on disk, because they may not fit into memory. Files hold the entries of some ids
 * each, in the order in which they were added.
 */
export class Journal {
  readonly #folder: string;
  readonly #buffers: readonly Uint32Array[];
  /** Words. */
  readonly #used: Uint32Array;
  /** Bytes. */
  readonly #written: number[];

  /**
   * @param lengths of the files at the last checkpoint: what was added later is forgotten
   */
  constructor(folder: string, lengths: readonly number[]) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    const entries = Math.max(1, Math.floor(BUFFER_BYTES / lengths.length / ENTRY_BYTES));
    const words = Math.min(entries, 2_048) * ENTRY_WORDS;
    this.#buffers = lengths.map(() => new Uint32Array(words));
    this.#used = new Uint32Array(lengths.length);
    this.#written = [...lengths];
    for (const [bucket, length] of lengths.entries()) {
      appendFileSync(this.#path(bucket), '');
      truncateSync(this.#path(bucket), length);
    }
  }

  add({ words }: Entries): void {
    for (let at = 0; at < words.length; at += ENTRY_WORDS) {
      const bucket = hashOfId(words, at) & (this.#buffers.length - 1);
      const buffer = this.#buffers[bucket] as Uint32Array;
      if (this.#used[bucket] === buffer.length) this.#write(bucket);
      const end = this.#used[bucket] ?? 0;
      for (let index = 0; index < ENTRY_WORDS; index++) buffer[end + index] = words[at + index] ?? 0;
      this.#used[bucket] = end + ENTRY_WORDS;
    }
  }

  /** Writes everything to the files; returns their lengths. */
  flush(): readonly number[] {
    for (const bucket of this.#buffers.keys()) this.#write(bucket);
    return [...this.#written];
  }

  /** The entries of all ids, in the order in which they were added. Call `flush` first. */
  *groups(): Generator<Group> {
    for (const bucket of this.#buffers.keys()) {
      const { buffer, byteOffset, length } = readFileSync(this.#path(bucket));
      yield* readGroups(new Uint32Array(buffer, byteOffset, length / WORD_BYTES));
    }
  }

  #write(bucket: number): void {
    const used = this.#used[bucket] ?? 0;
    if (used === 0) return;
    const { buffer, byteOffset } = this.#buffers[bucket] as Uint32Array;
    appendFileSync(this.#path(bucket), new Uint8Array(buffer, byteOffset, used * WORD_BYTES));
    this.#written[bucket] = (this.#written[bucket] ?? 0) + used * WORD_BYTES;
    this.#used[bucket] = 0;
  }

  #path(bucket: number): string {
    return join(this.#folder, `ids-${bucket}`);
  }
}
