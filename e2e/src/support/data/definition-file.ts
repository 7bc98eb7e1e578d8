import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes a definition with an envelope that stores events of any type.
 * @param envelope the source text of its value, such as `cloudEvents()`
 * @returns the path of the module
 */
export async function writeDefinition(folder: string, name: string, envelope: string): Promise<string> {
  const path = join(folder, `${name.replaceAll(/\W/g, '-')}.ts`);
  const [imported = ''] = /^\w+/.exec(envelope) ?? [];
  await writeFile(
    path,
    `import { defineEvents, ${imported} } from '@pipeline/schema';
const envelope = ${envelope};
export default defineEvents({ envelope, types: [], unknownTypes: 'store' });
`,
  );
  return path;
}
