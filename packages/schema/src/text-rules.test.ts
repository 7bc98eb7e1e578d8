import { expect, test } from 'vitest';
import { idRule, isIdText, isTypeName, isUserId, typeNameRule, userIdRule } from './text-rules.ts';

test.each(['a', 'order.placed', 'com/shop-Order:Placed', 'Ünïcode 😀', 'x'.repeat(255), 'é'.repeat(127)])(
  'an event type may be named %j',
  (name) => {
    expect(isTypeName(name)).toBe(true);
  },
);

test.each(['', 'a\n', '\0', 'a\u007f', '\u0085', '\ud83d', 'x'.repeat(256), 'é'.repeat(128), 7, null])(
  'an event type may not be named %j',
  (name) => {
    expect(isTypeName(name)).toBe(false);
  },
);

test.each([
  ['u', true],
  ['😀'.repeat(256), true],
  ['a\nb', true],
  ['', false],
  ['a\0', false],
  ['\ude00\ud83d', false],
  ['😀'.repeat(257), false],
  ['x'.repeat(257), false],
])('whether %j can be a user id: %s', (text, expected) => {
  expect(isUserId(text)).toBe(expected);
});

test('an id cannot be derived from empty text, nor from half a surrogate pair', () => {
  expect([isIdText('x'), isIdText('\0'), isIdText(''), isIdText('a\ud83d')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('the rules name their limits', () => {
  expect(typeNameRule).toMatch(/^must be 1 to 255 bytes .*control characters$/);
  expect(userIdRule).toMatch(/^must be 1 to 256 characters .*surrogates$/);
  expect(idRule).toMatch(/^must be .* at least one character .*surrogates$/);
});
