import fc from 'fast-check';
import { anyCharacter } from './any-character.ts';

/** Arbitrary bytes. */
export const anyBytes = fc.uint8Array({ maxLength: 300 });

const someSpace = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 });
const space = fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: someSpace });

/** A text with optional white space around it. */
export function spaced(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(space, text, space).map((parts) => parts.join(''));
}

const oddNumber = fc.constantFrom('-0', '1e400', '9007199254740993', '1.50', '1E+2', '1e131072', '1e-16384');
const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?$/);

/** Characters that confuse scanners and, less often, characters that jsonb cannot hold. */
const trap = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom('\\"', '\\\\', '{', '}', '[', ']', ',', '\\"payload\\":{', '\\ud83d\\ude00'),
  },
  { weight: 1, arbitrary: fc.constantFrom('\\u0000', '\\ud83d', '\\ude00') },
);
const character = anyCharacter.map((text) => JSON.stringify(text).slice(1, -1));
const string = fc.array(fc.oneof(character, trap), { maxLength: 6 }).map((pieces) => `"${pieces.join('')}"`);

/**
 * Not the name `\`: after it, JSON.parse of Node 26.10 (V8 14.6) reads any name of one character that is written
 * as an escape and follows the same members as `\`, for example the name in `{"\"":1}` after `{"\\":1}`.
 */
const otherName = string.filter((text) => text !== '"\\\\"');
const name = fc.oneof(otherName, fc.constantFrom('"payload"', '"path"', '"a"', '""', '"__proto__"'));

/** The text of any JSON value, and of any members of an object without its braces. */
export const { value, members } = fc.letrec<{
  value: string;
  array: string;
  members: string;
  object: string;
}>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false'),
    fc.oneof(oddNumber, number),
    string,
    tie('array'),
    tie('object'),
  ),
  array: fc.array(spaced(tie('value')), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
  members: fc
    .array(
      fc.tuple(spaced(name), spaced(tie('value'))).map((parts) => parts.join(':')),
      { maxLength: 4 },
    )
    .map((parts) => parts.join(',')),
  object: fc.tuple(space, tie('members')).map(([before, inside]) => `{${inside === '' ? before : inside}}`),
}));

/** Any JSON text, with white space, odd numbers, duplicate names, and strings that jsonb cannot hold. */
export const anyJsonText = spaced(value);
