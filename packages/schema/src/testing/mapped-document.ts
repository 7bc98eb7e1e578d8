import fc from 'fast-check';
import { members as noise, spaced, value } from './json-text.ts';

/** The places of the fields of an event in a document, as JSON Pointers. */
export interface Places {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly user: string;
  readonly payload: string;
}

const places: fc.Arbitrary<Places> = fc.record({
  id: fc.constantFrom('/id', '/meta/id', '/a~1b/~0', '/meta/list/id', '/data/id'),
  type: fc.constantFrom('/type', '/meta/type', '/data/type', '/"'),
  time: fc.constantFrom('/time', '/meta/list/time', '/__proto__'),
  user: fc.constantFrom('/user', '/meta/who/user', '/data/user'),
  payload: fc.constantFrom('', '/data', '/meta', '/body/0'),
});

const uuid = fc.uuid().map((id) => `"${id.toUpperCase()}"`);
const texts: Readonly<Record<Exclude<keyof Places, 'payload'>, fc.Arbitrary<string>>> = {
  id: fc.oneof(uuid, fc.constantFrom('"order-77"', '9007199254740993', '1.50', '-0', '"\\u0041\\n"', '"7"')),
  type: fc.constantFrom('"order.placed"', '"order\\u002eplaced"', '"order.paid"', '7'),
  time: fc.constantFrom(
    '"2026-11-24T09:30:12.5+01:00"',
    '1795512612345678901',
    '"1795512612"',
    '1.795512612E9',
  ),
  user: fc.constantFrom('"user-42"', '42', '4.20', 'null', '"\\ud83d\\ude00"'),
};

/** Text of any JSON in place of a field's, seldom. */
const orAnything = (text: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 30, arbitrary: text }, { weight: 1, arbitrary: value });

type Skeleton = Map<string, Skeleton | string>;

function put(skeleton: Skeleton, [name = '', ...rest]: readonly string[], text: string): void {
  if (rest.length === 0) {
    if (!skeleton.has(name)) skeleton.set(name, text);
    return;
  }
  const inner = skeleton.get(name) ?? new Map();
  skeleton.set(name, inner);
  if (typeof inner !== 'string') put(inner, rest, text);
}

/** Writes an object: its members in any order, others before them, and members that they override. */
function write(skeleton: Skeleton): fc.Arbitrary<string> {
  const own = fc.tuple(
    ...[...skeleton].map(([name, inner]) => {
      const text = typeof inner === 'string' ? fc.constant(inner) : write(inner);
      return fc
        .tuple(spaced(fc.constant(JSON.stringify(name))), spaced(text))
        .map((parts) => parts.join(':'));
    }),
  );
  const overridden = fc.array(
    fc
      .tuple(fc.constantFrom(...skeleton.keys()), value)
      .map(([name, text]) => `${JSON.stringify(name)}:${text}`),
    { maxLength: 2 },
  );
  const shuffled = own.chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));
  const before = fc.oneof({ weight: 2, arbitrary: fc.constant('') }, noise);
  return fc
    .tuple(before, overridden, shuffled)
    .map(
      ([first, second, last]) => `{${[first, ...second, ...last].filter((part) => part !== '').join(',')}}`,
    );
}

/** The text of a document that usually has the fields of an event at the places of a mapping. */
export const mappedDocument = fc
  .tuple(
    places,
    fc.record({
      id: orAnything(texts.id),
      type: orAnything(texts.type),
      time: orAnything(texts.time),
      user: orAnything(texts.user),
      payload: value,
    }),
  )
  .chain(([at, found]) => {
    const skeleton: Skeleton = new Map();
    for (const field of ['id', 'type', 'time', 'user', 'payload'] as const) {
      const names = at[field]
        .split('/')
        .slice(1)
        .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
      if (names.length > 0) put(skeleton, names, found[field]);
    }
    return write(skeleton).map((text) => ({ places: at, text }));
  });
