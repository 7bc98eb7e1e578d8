import { expect, test } from 'vitest';
import { countWords, findAvoided, showFinding } from './check.ts';
import type { Prose } from './prose.ts';
import { avoidedWords } from './words.ts';

const proseOf = (text: string, file = 'docs/x.md'): Prose => ({ file, line: 7, kind: 'text', text });
const find = (text: string, file?: string) => findAvoided([proseOf(text, file)]).map(showFinding);

test('a finding names the file, the line, the word and its replacement', () => {
  expect(find('one\ntwo Anew')).toEqual(["docs/x.md:8: 'Anew' → again"]);
});

test('a phrase is found across a line break', () => {
  expect(find('it waits for\n  ever')).toEqual(["docs/x.md:7: 'for ever' → forever, indefinitely"]);
});

test('only whole words are found', () => {
  expect(find('recommend, besides, standard, newsletter')).toEqual([]);
});

test('a dead letter is not reported', () => {
  expect(
    find('a dead letter, dead-letter, two dead\n letters, a lower-case letter, letters and digits'),
  ).toEqual([]);
  expect(find('a letter')).toHaveLength(1);
});

test('the list itself is allowed to contain the words', () => {
  expect(find('anew', 'docs/src/language/words.ts')).toEqual([]);
});

test('every pattern is valid and matches no empty text', () => {
  for (const { words } of avoidedWords) expect(new RegExp(`^(?:${words})$`).test(''), words).toBe(false);
});

test('words are counted without numbers and punctuation', () => {
  expect(countWords([proseOf("It's 42 well-known words: déjà vu.")])).toBe(5);
});
