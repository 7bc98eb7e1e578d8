import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findNaively, parseNaively } from '../testing/naive-json.ts';
import { pointedDocument } from '../testing/pointed-document.ts';
import { createLocator } from './locate.ts';
import { readPointer } from './pointer.ts';

const runs = { numRuns: 1_000 };

function locate(text: string, ...paths: readonly (readonly string[])[]) {
  return createLocator(paths)(text);
}

test('the spans of pointers are those that a recursive parser finds', () => {
  let found = 0;
  fc.assert(
    fc.property(pointedDocument, ({ text, paths }) => {
      const root = parseNaively(text);
      const expected = paths.map((path) => {
        const value = findNaively(root, path);
        return value && { start: value.start, end: value.end, depth: value.depth };
      });
      found += expected.filter((span) => span !== undefined).length;
      expect(locate(text, ...paths).spans).toEqual(expected);
    }),
    runs,
  );
  expect(found).toBeGreaterThan(1_000);
});

test('the text of a span parses to the value that JSON.parse has there', () => {
  fc.assert(
    fc.property(pointedDocument, ({ text, paths }) => {
      const document = JSON.parse(text);
      const { spans } = locate(text, ...paths);
      const values = spans.map((span) => span && JSON.parse(text.slice(span.start, span.end)));
      expect(values).toEqual(paths.map((path) => readPointer(document, path)));
    }),
    runs,
  );
});

/** What is left of a value without the paths; undefined if nothing is. */
function without(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.length === 0) return value;
  if (paths.some((path) => path.length === 0)) return undefined;
  if (typeof value !== 'object' || value === null) return value;
  const inner = (name: string) => paths.filter(([first]) => first === name).map((path) => path.slice(1));
  const left = Object.entries(value)
    .map(([name, member]) => [name, without(member, inner(name))] as const)
    .filter(([, member]) => member !== undefined);
  if (left.length === 0) return undefined;
  return Array.isArray(value) ? value : Object.fromEntries(left);
}

test('the others are the document without the values of the pointers', () => {
  let kept = 0;
  fc.assert(
    fc.property(pointedDocument, ({ text, paths }) => {
      const { othersJson } = locate(text, ...paths);
      if (othersJson !== null) kept++;
      const expected = without(JSON.parse(text), paths);
      expect(othersJson === null ? undefined : JSON.parse(othersJson)).toEqual(expected);
    }),
    runs,
  );
  expect(kept).toBeGreaterThan(100);
});

test.each<readonly [string, readonly string[], string | null]>([
  ['{"id":1,"n":1.50,"t":"\\u0041"}', ['id'], '{"n":1.50,"t":"\\u0041"}'],
  ['{"m":{"id":1,"big":9007199254740993}}', ['m', 'id'], '{"m":{"big":9007199254740993}}'],
  ['{"m":{"id":1}}', ['m', 'id'], null],
  ['{"m":{"x":1},"m":{"id":1}}', ['m', 'id'], null],
  ['{"list":[{"id":1},2.0]}', ['list', '0', 'id'], '{"list":[{"id":1},2.0]}'],
  ['{"list":[{"id":1}]}', ['list', '0', 'id'], null],
  ['{"m":5}', ['m', 'id'], '{"m":5}'],
  ['[1,2]', ['0'], '{"":[1,2]}'],
  ['5', ['a'], '{"":5}'],
  ['{"\\"":1}', ['\\"'], '{"\\"":1}'],
  ['{"\\\\\\"":1}', ['\\"'], null],
])('the others of %s without %j are %s', (text, path, expected) => {
  expect(locate(text, path).othersJson).toBe(expected);
});

test.each(['5', '-1.5e3', 'null', '""', '"a\\\\"', '[]', '{}'])('the whole document %s is a span', (text) => {
  const depth = /[[{]/.test(text) ? 1 : 0;
  for (const [before, after] of [
    ['', ''],
    [' \n', '\t '],
  ] as const) {
    const span = { start: before.length, end: before.length + text.length, depth };
    expect(locate(`${before}${text}${after}`, [])).toEqual({ spans: [span], othersJson: null });
  }
});

test('a scan does not see what an earlier one found', () => {
  const locateId = createLocator([['m', 'id']]);
  locateId('{"m":{"id":1,"x":2},"y":3}');
  expect(locateId('{}')).toEqual({ spans: [undefined], othersJson: null });
  fc.assert(
    fc.property(pointedDocument, pointedDocument, ({ text, paths }, { text: next }) => {
      const used = createLocator(paths);
      used(text);
      expect(used(next)).toEqual(locate(next, ...paths));
    }),
    runs,
  );
});

test('a value nested a million levels deep is located without recursion', () => {
  const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
  const [span] = locate(`{"a":${deep}}`, ['a']).spans;
  expect(span).toEqual({ start: 5, end: 5 + deep.length, depth: 1_000_000 });
});
