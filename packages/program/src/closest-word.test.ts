import { expect, test } from 'vitest';
import { closestWord } from './closest-word.ts';

const words = ['serve', 'verify', 'check', 'dlq', 'purge', 'partition', 'health', 'help'];

test.each([
  ['servr', 'serve'],
  ['server', 'serve'],
  ['vrify', 'verify'],
  ['partitions', 'partition'],
  ['dql', 'dlq'],
  ['nonsense', undefined],
  ['', undefined],
])('"%s" suggests %s', (typed, word) => {
  expect(closestWord(typed, words)).toBe(word);
});
