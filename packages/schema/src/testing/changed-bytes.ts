import { toBytes } from './event-text.ts';

/** Bytes that mean something in JSON, in UTF-8 or in a date, and some that are not allowed. */
const traps = toBytes('"\\{}[]:,019eE+-. \n\t\0\u007fé€😀TZtz/AFafug'.repeat(2))
  .fill(0xff, -1)
  .fill(0xc3, -2, -1);

/**
 * A record with up to three changes: a byte replaced, inserted or removed, a part repeated or removed.
 * @param random returns numbers in [0, 1)
 */
function changeBytes(bytes: Uint8Array, random: () => number): Uint8Array {
  let changed = bytes;
  for (let left = Math.floor(random() * 4); left > 0; left--) changed = changeOnce(changed, random);
  return changed;
}

function changeOnce(bytes: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit);
  const [from, trap] = [below(bytes.length), traps[below(traps.length)] ?? 0];
  const end = from + below(20);
  const [before, part] = [bytes.subarray(0, from), bytes.subarray(from, end)];
  const changes = [
    () => Uint8Array.of(...before, trap, ...bytes.subarray(from + 1)),
    () => Uint8Array.of(...before, trap, ...bytes.subarray(from)),
    () => Uint8Array.of(...before, ...bytes.subarray(from + 1)),
    () => Uint8Array.of(...before, ...part, ...bytes.subarray(from)),
    () => Uint8Array.of(...before, ...bytes.subarray(end)),
  ];
  return changes[below(changes.length)]?.() ?? bytes;
}

/** The bytes of texts, most of them changed. */
export function* changedTexts(texts: Iterable<string>, random: () => number): Generator<Uint8Array> {
  for (const text of texts) yield changeBytes(toBytes(text), random);
}
