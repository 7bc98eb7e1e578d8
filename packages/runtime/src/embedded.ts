import { getAsset, getAssetKeys, isSea } from 'node:sea';

/** Names of the files embedded in this executable (a Node SEA); empty if this is not one. */
export function embeddedNames(): readonly string[] {
  return isSea() ? getAssetKeys() : [];
}

/** A text file embedded in this executable, or undefined if there is no such file. */
export function embeddedText(name: string): string | undefined {
  return embeddedNames().includes(name) ? getAsset(name, 'utf8') : undefined;
}
