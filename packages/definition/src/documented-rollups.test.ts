import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveRollups } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { createFolder, load } from './testing/files.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/rollups.md'), 'utf8');

/** The first block in a language on the page, or nothing. */
function documentedBlock(language: string): string {
  const [, block = ''] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page) ?? [];
  return block;
}

test('the documented module and the documented keyword declare the same roll-ups', async () => {
  const inCode = await load(join(createFolder({ 'events.ts': documentedBlock('ts') }), 'events.ts'));
  const schema = { ...inCode.types['purchase'], ...JSON.parse(documentedBlock('json')) };
  const inSchema = await load(createFolder({ 'purchase.json': schema }));
  const declared = deriveRollups(inCode);
  expect(declared.map(({ viewName }) => viewName)).toEqual([
    'rollup_purchase_revenue',
    'rollup_purchase_orders',
  ]);
  expect(deriveRollups(inSchema)).toEqual(declared);
});
