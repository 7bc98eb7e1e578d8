import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIndex, parsePointer, readPointer } from './pointer.ts';

function writePointer(names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

test('a pointer is parsed to the names that it was written from', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('~', '/', '0', '1', 'a', 'é') })), (names) => {
      expect(parsePointer(writePointer(names))).toEqual(names);
    }),
  );
});

/** RFC 6901, section 5. */
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

test.each<readonly [string, unknown]>([
  ['', document],
  ['/foo', ['bar', 'baz']],
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/c%d', 2],
  ['/e^f', 3],
  ['/g|h', 4],
  ['/i\\j', 5],
  ['/k"l', 6],
  ['/ ', 7],
  ['/m~0n', 8],
  ['/foo/2', undefined],
  ['/foo/-', undefined],
  ['/foo/00', undefined],
  ['/foo/length', undefined],
  ['/foo/0/length', undefined],
  ['/toString', undefined],
])('the pointer %j reads what RFC 6901 defines', (pointer, expected) => {
  expect(readPointer(document, parsePointer(pointer) ?? ['never'])).toEqual(expected);
});

test.each(['a', '#/a', '/a~', '/a~2b', '~0'])('%j is not a pointer', (text) => {
  expect(parsePointer(text)).toBeUndefined();
});

test.each(['0', '1', '10', '907'])('%j is the index of an item', (name) => {
  expect(isIndex(name)).toBe(true);
});

test.each(['', '00', '01', '-1', '1a', 'a1', '1.0', '1e', '٣'])('%j is not the index of an item', (name) => {
  expect(isIndex(name)).toBe(false);
});
