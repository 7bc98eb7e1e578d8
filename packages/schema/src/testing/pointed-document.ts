import fc from 'fast-check';
import { spaced, value } from './json-text.ts';
import { findNaively, type NaiveValue, parseNaively } from './naive-json.ts';

/** Names that collide, need escapes in pointers, or look like an index. */
const names = ['a', 'b', 'a/b', '~', '~1', '0', '1', '-', '01', '', '__proto__', 'length', 'é"\n'];

/** A name as a JSON string: plain, or with all characters escaped. */
const name = fc
  .tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 4 }))
  .map(([text, choice]) => (choice === 0 ? escapeAll(text) : JSON.stringify(text)));

function escapeAll(text: string): string {
  const escaped = Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped.join('')}"`;
}

/** A document in which members repeat at every level. */
const document = fc.letrec<{ any: string; object: string; array: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    value,
    { weight: 3, arbitrary: tie('object') },
    tie('array'),
  ),
  object: fc
    .array(
      fc.tuple(spaced(name), spaced(tie('any'))).map((parts) => parts.join(':')),
      { maxLength: 5 },
    )
    .map((members) => `{${members.length === 0 ? ' ' : members.join(',')}}`),
  array: fc.array(spaced(tie('any')), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
})).object;

/** The pointers that lead to a value of a document, as names. */
function pathsIn(at: NaiveValue, before: readonly string[] = []): readonly (readonly string[])[] {
  const inner = (at.inside ?? []).flatMap(([key, inside]) => pathsIn(inside, [...before, key]));
  return [before, ...inner];
}

/** The text of a document, and pointers as names: most lead to a value, some to none. */
export const pointedDocument = spaced(document).chain((text) => {
  const root = parseNaively(text);
  const existing = pathsIn(root).filter((path) => findNaively(root, path) !== undefined);
  const path = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...existing) },
    fc.array(fc.constantFrom(...names), { maxLength: 3 }),
  );
  return fc.record({ text: fc.constant(text), paths: fc.array(path, { minLength: 1, maxLength: 5 }) });
});
