import { expect, test } from 'vitest';
import { readWebFiles } from './web-files.ts';

const files = readWebFiles({
  groupId: '<i>group</i> $&',
  topics: ['events', '<b>'],
  types: ['a">', '$&'],
});

test('browsers get scripts without types', () => {
  const { type, body } = files.get('app.ts') ?? {};
  expect(type).toMatch(/^text\/javascript/);
  expect(body).not.toMatch(/\binterface\b|: Report\b/);
});

test('pages refer only to existing files of this server, by relative URLs', () => {
  for (const [name, { body }] of files) {
    const links = [...body.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link = '']) => link);
    const imports = [...body.matchAll(/^import .*?from '([^']*)'/gms)].map(([, link = '']) => link);
    const own = links.filter((link) => link.startsWith('web/')).map((link) => link.replace('web/', ''));
    const imported = imports.map((link) => new URL(link, `http://page/${name}`).pathname.slice(1));
    const missing = [...own, ...imported].filter((path) => !files.has(path));
    const absolute = [...links, ...imports].filter((link) => /^(\/|https?:)/.test(link));
    const requested = body.match(/['"`(]\/(api|web|text|metrics|dead-letters)\b/g) ?? [];
    expect({ name, missing, absolute, requested }).toEqual({
      name,
      missing: [],
      absolute: [],
      requested: [],
    });
  }
});

test('no page has inline scripts or styles, which the policy forbids', () => {
  for (const [name, { body }] of [...files].filter(([name]) => name.endsWith('.html'))) {
    expect([name, body.match(/<script(?! src)|<style|style=| on\w+=/)]).toEqual([name, null]);
  }
});

test('all files together are below 150 kB', () => {
  const bytes = [...files.values()].reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  expect(bytes).toBeLessThan(150_000);
});

test('both pages have the header with the name of the pipeline, escaped', () => {
  for (const name of ['index.html', 'dead-letters.html']) {
    const { body = '' } = files.get(name) ?? {};
    expect(body).toContain('<b id="pipeline">&#60;i&#62;group&#60;/i&#62; $&#38;</b>');
    expect(body).toContain('topics events, &#60;b&#62;</span>');
    expect(body).not.toContain('{{');
  }
});

test('the filter suggests the topics, and the types of the definition, escaped', () => {
  const { body = '' } = files.get('dead-letters.html') ?? {};
  expect(body).toContain(
    '<datalist id="topics"><option value="events"><option value="&#60;b&#62;"></datalist>',
  );
  expect(body).toContain(
    '<datalist id="types"><option value="a&#34;&#62;"><option value="$&#38;"></datalist>',
  );
});
