import { getAsset, getAssetKeys, isSea } from 'node:sea';

/** The names of the files that an executable carries inside; none where this is not one (Node's own word is SEA). */
export function embeddedNames(): readonly string[] {
  return isSea() ? getAssetKeys() : [];
}

/** A text file that an executable carries inside, or undefined where there is none. */
export function embeddedText(name: string): string | undefined {
  return embeddedNames().includes(name) ? getAsset(name, 'utf8') : undefined;
}
