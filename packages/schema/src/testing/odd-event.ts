import fc from 'fast-check';
import { validMembers } from './event-text.ts';
import { members, spaced, value } from './json-text.ts';

/** A name as a JSON string, each character plain or escaped. */
function spelled(text: string): fc.Arbitrary<string> {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const isEscaped = fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.boolean());
  return fc
    .array(isEscaped, { minLength: text.length, maxLength: text.length })
    .map((flags) => `"${[...text].map((char, at) => (flags[at] ? escaped(char) : char)).join('')}"`);
}

function member(key: string, text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(spaced(spelled(key)), spaced(text)).map((parts) => parts.join(':'));
}

const keys = Object.keys(validMembers);

/** An event with these members in any order, preceded by overridden duplicates. */
function writtenOddly(texts: Readonly<Record<string, string>>): fc.Arbitrary<string> {
  const ignored = fc.array(
    fc.constantFrom(...keys).chain((key) => member(key, value)),
    { maxLength: 3 },
  );
  const counted = fc.tuple(...keys.map((key) => member(key, fc.constant(texts[key] ?? ''))));
  const shuffled = counted.chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));
  return fc.tuple(ignored, shuffled).map(([before, last]) => `{${[...before, ...last].join(',')}}`);
}

const pagePayload = fc
  .tuple(members, spaced(fc.constant('"path":"/"')))
  .map(([others, path]) => `{${others === '' ? '' : `${others},`}${path}}`);

/**
 * The text of a page view, as unusual as JSON allows: members in any order and duplicated, escapes in names,
 * white space, and arbitrary additional members in the payload. Ids are unique.
 */
export const oddEvent: fc.Arbitrary<{ readonly text: string; readonly payloadJson: string }> = fc
  .tuple(pagePayload, fc.noBias(fc.uuid()))
  .chain(([payloadJson, id]) =>
    writtenOddly({ ...validMembers, event_id: `"${id}"`, payload: payloadJson }).map((text) => ({
      text,
      payloadJson,
    })),
  );
