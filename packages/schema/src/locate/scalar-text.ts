import type { Span } from './locate.ts';

/**
 * The text of a string, a number (its digits as they are written) or a boolean. Undefined for an absent value,
 * null, an object or an array.
 */
export function scalarText(json: string, span: Span | undefined): string | undefined {
  if (span === undefined || span.depth > 0) return undefined;
  const text = json.slice(span.start, span.end);
  if (text === 'null') return undefined;
  if (!text.startsWith('"')) return text;
  return text.includes('\\') ? String(JSON.parse(text)) : text.slice(1, -1);
}
