import { ENTRY_WORDS, readEntry } from './entries.ts';
import type { Entry } from './entry.ts';
import { formatId, hashOfId, ID_WORDS } from './event-id.ts';

/** The occurrences of an event id. Its text is rarely needed. */
export interface Group {
  readonly eventId: () => string;
  readonly entries: readonly Entry[];
}

/** Groups entries by their ids, in the order of their first ones. The entries of a group keep their order. */
export function* readGroups(words: Uint32Array): Generator<Group> {
  const { next, follows } = linkEntries(words);
  for (const [first, isFollowing] of follows.entries())
    if (isFollowing === 0)
      yield { eventId: () => formatId(words, first * ENTRY_WORDS), entries: readEntries(words, next, first) };
}

function readEntries(words: Uint32Array, next: Int32Array, first: number): readonly Entry[] {
  const entries: Entry[] = [];
  let index = first;
  do {
    entries.push(readEntry(words, index * ENTRY_WORDS));
    index = next[index] ?? first;
  } while (index !== first);
  return entries;
}

/**
 * Links the entries of each id to a ring, with a hash table in typed arrays: a `Map` of strings would take ten times
 * the time and the memory.
 * @returns the next entry of the same id, and 1 for each entry that is not the first one of its id
 */
function linkEntries(words: Uint32Array) {
  const count = words.length / ENTRY_WORDS;
  /** The index of the latest entry of an id, plus 1. */
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * count + 1)));
  const [next, follows] = [new Int32Array(count), new Uint8Array(count)];
  for (let index = 0; index < count; index++) {
    const slot = findSlot(slots, words, index * ENTRY_WORDS);
    const latest = (slots[slot] ?? 0) - 1;
    next[index] = latest < 0 ? index : (next[latest] ?? 0);
    if (latest >= 0) {
      next[latest] = index;
      follows[index] = 1;
    }
    slots[slot] = index + 1;
  }
  return { next, follows };
}

/** The slot of the id at a position, or the free one for it. */
function findSlot(slots: Int32Array, words: Uint32Array, at: number): number {
  const mask = slots.length - 1;
  // All ids of a file have the same low bits.
  let slot = Math.imul(hashOfId(words, at), 0x9e3779b1) >>> Math.clz32(mask);
  for (; ; slot = (slot + 1) & mask) {
    const latest = (slots[slot] ?? 0) - 1;
    if (latest < 0 || hasSameId(words, latest * ENTRY_WORDS, at)) return slot;
  }
}

function hasSameId(words: Uint32Array, one: number, other: number): boolean {
  for (let index = 0; index < ID_WORDS; index++)
    if (words[one + index] !== words[other + index]) return false;
  return true;
}
