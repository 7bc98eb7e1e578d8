import { expect, test } from 'vitest';
import { readWebFiles } from './web-files.ts';

const files = readWebFiles();

test('browsers get scripts without types', () => {
  const { type, body } = files.get('app.ts') ?? {};
  expect(type).toMatch(/^text\/javascript/);
  expect(body).not.toMatch(/\binterface\b|: Report\b/);
});

test('a page names only files that are there, and nothing of another server', () => {
  for (const [name, { body }] of files) {
    const links = [...body.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link = '']) => link);
    const imports = [...body.matchAll(/^import .*?from '\.\/([^']*)'/gms)].map(
      ([, link = '']) => `/web/${link}`,
    );
    const missing = [...links, ...imports].filter(
      (link) => link.startsWith('/web/') && !files.has(link.slice(5)),
    );
    expect({ name, missing, foreign: links.filter((link) => /^(https?:)?\/\//.test(link)) }).toEqual({
      name,
      missing: [],
      foreign: [],
    });
  }
});

test('no page holds a script or a style of its own, which a browser would refuse to run', () => {
  for (const [name, { body }] of [...files].filter(([name]) => name.endsWith('.html'))) {
    expect([name, body.match(/<script(?! src)|<style|style=| on\w+=/)]).toEqual([name, null]);
  }
});

test('all files together are small', () => {
  const bytes = [...files.values()].reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  expect(bytes).toBeLessThan(150_000);
});
