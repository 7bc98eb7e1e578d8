import fc from 'fast-check';

const SURROGATES = 0x800;

/**
 * Any character that is not a surrogate. The characters of fast-check's `unit: 'binary'`, which takes more
 * than a second to set up.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.integer({ min: 0, max: 0x10_ffff - SURROGATES }).map(
  (index) => String.fromCodePoint(index < 0xd800 ? index : index + SURROGATES),
  (character) => toIndex(String(character).codePointAt(0) ?? -1),
);

function toIndex(codePoint: number): number {
  return codePoint < 0xd800 ? codePoint : codePoint - SURROGATES;
}
