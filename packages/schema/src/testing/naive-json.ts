/** A value in the text of a JSON document, as the simplest recursive parser finds it. */
export interface NaiveValue {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  /** Members or items in their order; undefined for a scalar. */
  readonly inside?: readonly (readonly [name: string, value: NaiveValue])[];
  readonly isArray?: boolean;
}

/** Parses valid JSON into spans. Recursive and slow, so that it is obviously right. */
export function parseNaively(text: string): NaiveValue {
  return parseValue(text, skipSpace(text, 0));
}

/** The value that a pointer's names lead to; the last of repeated members. */
export function findNaively(value: NaiveValue, [name, ...rest]: readonly string[]): NaiveValue | undefined {
  if (name === undefined) return value;
  const found = value.inside?.findLast(([key]) => key === name);
  return found === undefined ? undefined : findNaively(found[1], rest);
}

function parseValue(text: string, start: number): NaiveValue {
  const scalar = /^(?:"(?:[^"\\]|\\.)*"|[^\s,\]}[{"]+)/s.exec(text.slice(start));
  if (scalar !== null) return { start, end: start + scalar[0].length, depth: 0 };
  const isArray = text[start] === '[';
  const inside: [string, NaiveValue][] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== ']' && text[at] !== '}') {
    const [name, value] = parseItem(text, at, isArray ? inside.length : undefined);
    inside.push([name, value]);
    at = skipSpace(text, value.end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  const depth = 1 + Math.max(0, ...inside.map(([, value]) => value.depth));
  return { start, end: at + 1, depth, inside, isArray };
}

function parseItem(text: string, at: number, index: number | undefined): readonly [string, NaiveValue] {
  if (index !== undefined) return [String(index), parseValue(text, at)];
  const key = parseValue(text, at);
  const colon = skipSpace(text, key.end);
  return [JSON.parse(text.slice(at, key.end)), parseValue(text, skipSpace(text, colon + 1))];
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++;
  return at;
}
