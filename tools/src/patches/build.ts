import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { combine } from './combine.ts';
import { patchFilesOf, patchFolder } from './series.ts';

/**
 * `node build.ts`: writes the patch that pnpm applies to kafkajs, from the series in `patches/kafkajs`.
 * `node build.ts --check`: exits 1 if the committed one is not up to date.
 */
const target = join(patchFolder, 'kafkajs@2.2.4.patch');
const installed = join(patchFolder, '../packages/kafka/node_modules/kafkajs');

const combined = combine(installed, target, patchFilesOf('kafkajs', '2.2.4'));
if (!process.argv.includes('--check')) {
  writeFileSync(target, combined);
} else if (combined !== readFileSync(target, 'utf8')) {
  console.error('patches/kafkajs@2.2.4.patch is not up to date: run "pnpm patches", then "pnpm install"');
  process.exitCode = 1;
}
