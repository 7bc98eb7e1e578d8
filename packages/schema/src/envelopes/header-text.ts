import type { SourceHeaders } from './envelope.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The last value of a header as text; undefined if there is none, or it is null or not UTF-8. */
export function headerText(headers: SourceHeaders | undefined, wanted: string): string | undefined {
  const value = headers?.findLast(([name]) => name === wanted)?.[1] ?? undefined;
  return typeof value === 'string' || value === undefined ? value : textOf(value);
}

/** The text of UTF-8 bytes; undefined if they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
