import { CLOSE_OBJECT, COLON, COMMA, OPEN_OBJECT, skipSpaces } from './characters.ts';
import { type Step, startsWith, toPlainString } from './step.ts';

/** A member that an object may have. */
export interface Member {
  readonly name: string;
  /** Reads its value. */
  readonly step: Step;
  readonly isRequired: boolean;
}

/** Which members were read is kept in the bits of a number. */
const MAX_MEMBERS = 31;

/**
 * Creates a step that reads an object with each of these members at most once; undefined if a name would be escaped,
 * or if there are too many.
 * @param others reads any other member
 */
export function objectOf(members: readonly Member[], others: Step): Step | undefined {
  const names = members.map(({ name }) => toPlainString(name)).filter((name) => name !== undefined);
  if (names.length < members.length || members.length > MAX_MEMBERS) return undefined;
  const readers = members.map(({ step }, index) => ({ head: headOf(names[index]), step, bit: 1 << index }));
  const required = members.reduce((bits, one, index) => bits | (one.isRequired ? 1 << index : 0), 0);
  return createObjectStep(readers, required, others);
}

/** A name and the colon after it. */
function headOf(name: Uint8Array = new Uint8Array()): Uint8Array {
  return Uint8Array.of(...name, COLON);
}

interface Reader {
  readonly head: Uint8Array;
  readonly step: Step;
  readonly bit: number;
}

/** Members usually have the same order in all objects, so the one that came next in the last object is tried first. */
function createObjectStep(readers: readonly Reader[], required: number, others: Step): Step {
  const nextOf = new Uint8Array(readers.length + 1);
  return (bytes, start) => {
    if (bytes[start] !== OPEN_OBJECT) return -1;
    let at = skipSpaces(bytes, start + 1);
    if (bytes[at] === CLOSE_OBJECT) return required === 0 ? at + 1 : -1;
    let found = 0;
    let before = readers.length;
    for (;;) {
      const index = findReader(readers, bytes, at, nextOf[before] ?? 0);
      const reader = readers[index];
      if (reader === undefined) at = others(bytes, at);
      else {
        if ((found & reader.bit) !== 0) return -1;
        found |= reader.bit;
        nextOf[before] = index;
        before = index;
        at = reader.step(bytes, skipSpaces(bytes, at + reader.head.length));
      }
      if (at < 0) return -1;
      at = skipSpaces(bytes, at);
      if (bytes[at] !== COMMA) break;
      at = skipSpaces(bytes, at + 1);
    }
    return bytes[at] === CLOSE_OBJECT && (found & required) === required ? at + 1 : -1;
  };
}

/** The index of the reader whose name is at a position, or -1. @param expected the index to try first */
function findReader(readers: readonly Reader[], bytes: Uint8Array, at: number, expected: number): number {
  for (let tried = 0, index = expected; tried < readers.length; tried++, index++) {
    if (index === readers.length) index = 0;
    const reader = readers[index];
    if (reader !== undefined && startsWith(bytes, at, reader.head)) return index;
  }
  return -1;
}
