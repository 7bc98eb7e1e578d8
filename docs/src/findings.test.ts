import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checks } from 'stats/findings';
import { expect, test } from 'vitest';
import { rootFolder } from './root-folder.ts';

test('docs/runbooks.md lists every finding of doctor, each once', () => {
  const page = readFileSync(join(rootFolder, 'docs/runbooks.md'), 'utf8');
  const [, section = ''] = page.split('\n## Findings of `doctor`\n');
  const [table = ''] = section.split('\n## ');
  const cells = [...table.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
  const names = cells.flatMap((cell) => [...cell.matchAll(/`(.+?)`/g)].map(([, name]) => name));
  expect(names.toSorted()).toEqual(Object.keys(checks).sort());
});
