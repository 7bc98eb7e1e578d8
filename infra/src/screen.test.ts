import { expect, test } from 'vitest';
import { nextLines } from './screen.ts';

test.each([
  ['127.0.0.1', undefined, 'http://127.0.0.1:3000 '],
  ['::1', 3_001, 'http://[::1]:3001 '],
])('the page on %s, port %s, is told as a URL', (HTTP_HOST, STATS_PORT, url) => {
  expect(nextLines({ HTTP_HOST, STATS_PORT })).toContain(url);
});
