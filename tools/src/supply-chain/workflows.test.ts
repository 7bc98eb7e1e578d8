import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rootFolder } from '../root-folder.ts';

const workflows = globSync('.github/workflows/*.yml', { cwd: rootFolder });

test.each(workflows)('%s pins every action to a commit', (file) => {
  const uses = readFileSync(join(rootFolder, file), 'utf8').match(/uses: .*/g) ?? [];
  expect(uses.length).toBeGreaterThan(0);
  expect(uses.filter((line) => !/^uses: [\w/-]+@[0-9a-f]{40} # v[\d.]+$/.test(line))).toEqual([]);
});
