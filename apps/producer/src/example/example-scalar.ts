import type { Schema } from './flatten.ts';
import { textMatching } from './text-matching.ts';

/** Example values by `format`, in the order of JSON Schema's specification. */
const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'user@example.com',
  'idn-email': 'user@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uuid: '00000000-0000-4000-8000-000000000000',
  uri: 'https://example.com/',
  'uri-reference': '/path',
  iri: 'https://example.com/',
  'iri-reference': '/path',
  'uri-template': '/path/{id}',
  'json-pointer': '/path',
  'relative-json-pointer': '1/path',
  regex: '^a$',
  byte: 'dGV4dA==',
};

/**
 * A text for a schema.
 * @throws Error that names the pattern if no text is found
 */
export function exampleText(schema: Schema, choice: number): string {
  const { format, pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  const known = typeof format === 'string' ? formats[format] : undefined;
  if (known !== undefined && isMatch(known, pattern)) return known;
  if (typeof pattern !== 'string') return plainText(Number(minLength), Number(maxLength), choice);
  const found = textMatching(pattern, Number(minLength));
  if (found === undefined) throw new Error(`the pattern ${pattern} has no simple example`);
  return found;
}

function isMatch(text: string, pattern: unknown): boolean {
  return typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text);
}

function plainText(minLength: number, maxLength: number, choice: number): string {
  const text = choice === 0 ? 'text' : `${choice}-text`;
  return text.padEnd(minLength, '-text').slice(0, maxLength);
}

/** A number for a schema: a small one, if its bounds allow that. */
export function exampleNumber(schema: Schema, choice: number): number {
  const numberOf = (keyword: string, fallback: number) => Number(schema[keyword] ?? fallback);
  const least = numberOf('minimum', Number.NEGATIVE_INFINITY);
  const most = numberOf('maximum', Number.POSITIVE_INFINITY);
  const above = numberOf('exclusiveMinimum', Number.NEGATIVE_INFINITY);
  const below = numberOf('exclusiveMaximum', Number.POSITIVE_INFINITY);
  const [low, high] = [Math.max(least, above), Math.min(most, below)];
  const step = numberOf('multipleOf', schema['type'] === 'integer' ? 1 : 0);
  const isWithin = (number: number) => number >= least && number <= most && number > above && number < below;
  const wanted = [1 + choice, low, low + 1, high, high - 1, (low + high) / 2, 0];
  const candidates = wanted.filter(Number.isFinite).flatMap((number) => stepsAround(number, step));
  return candidates.find(isWithin) ?? 0;
}

function stepsAround(number: number, step: number): readonly number[] {
  return step === 0 ? [number] : [Math.ceil(number / step) * step, Math.floor(number / step) * step];
}
