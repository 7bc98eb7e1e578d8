import { textOf } from '../parse.ts';
import type { SourceHeaders } from './envelope.ts';

/** The last value of a header as text; undefined if there is none, or it is null or not UTF-8. */
export function headerText(headers: SourceHeaders | undefined, wanted: string): string | undefined {
  const value = headers?.findLast(([name]) => name === wanted)?.[1] ?? undefined;
  return typeof value === 'string' || value === undefined ? value : textOf(value);
}
