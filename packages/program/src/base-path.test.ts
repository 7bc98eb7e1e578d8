import { expect, test } from 'vitest';
import { basePath } from './base-path.ts';

const { parse } = basePath('where');

test.each([
  ['/', '/'],
  ['/pipeline', '/pipeline/'],
  ['/pipeline/', '/pipeline/'],
  ['/teams/a.b_c~d-1', '/teams/a.b_c~d-1/'],
  ['/.well-known', '/.well-known/'],
])('%s is the base path %s', (text, value) => {
  expect(parse(text)).toBe(value);
});

test.each([
  'pipeline',
  '//',
  '/a//b',
  '/a/../b',
  '/.',
  '/a/..',
  '/a?b',
  '/a b',
  '/:id',
  '/*',
  '/%2e',
  'http://a/',
])('%s is no base path', (text) => {
  expect(parse(text)).toBeUndefined();
});
