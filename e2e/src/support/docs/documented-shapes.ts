import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../programs/binaries.ts';

/** A row of the documentation: a record that is not of the built-in shape, and the envelope that reads it. */
export interface Shape {
  readonly name: string;
  /** JSON. */
  readonly record: string;
  /** The value of `envelope` in a definition. */
  readonly envelope: string;
}

const page = 'docs/envelopes.md';
const row = /^\| ([^|`]+) \| `([^`]+)` \| `([^`]+)` \|$/gm;

/** The table of shapes. */
export function readShapes(): readonly Shape[] {
  const [, section = ''] = readFileSync(join(rootFolder, page), 'utf8').split(/^## Shapes.*$/m);
  return [...section.matchAll(row)].map(([, name = '', record = '', envelope = '']) => ({
    name,
    record,
    envelope,
  }));
}
