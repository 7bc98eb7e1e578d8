import { expect, test } from 'vitest';
import { createLocator } from './locate.ts';
import { scalarText } from './scalar-text.ts';

const textOf = (json: string) => {
  const document = `{"a": ${json}, "b": ""}`;
  return scalarText(document, createLocator([['a']])(document).spans[0]);
};

test.each([
  ['"text"', 'text'],
  ['""', ''],
  ['"a\\nb\\u00e9"', 'a\nbé'],
  ['"null"', 'null'],
  ['-1.50e2', '-1.50e2'],
  ['9007199254740993', '9007199254740993'],
  ['true', 'true'],
  ['false', 'false'],
])('the text of %s is %j', (json, text) => {
  expect(textOf(json)).toBe(text);
});

test.each(['null', '{}', '[]', '["text"]'])('%s has no text', (json) => {
  expect(textOf(json)).toBeUndefined();
});

test('an absent value has no text', () => {
  expect(scalarText('{}', undefined)).toBeUndefined();
});
