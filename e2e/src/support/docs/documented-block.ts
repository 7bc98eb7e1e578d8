import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../programs/binaries.ts';

/**
 * The first block in a language on a page.
 * @param page its path from the root
 * @throws Error if there is none
 */
export function documentedBlock(page: string, language: string): string {
  const text = readFileSync(join(rootFolder, page), 'utf8');
  const block = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1];
  if (block === undefined) throw new Error(`${page} has no ${language} block`);
  return block;
}
