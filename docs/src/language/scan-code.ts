/** A comment or a string literal of a source file. */
export interface Piece {
  readonly kind: 'comment' | 'string';
  /** Without delimiters; line breaks are kept. */
  readonly text: string;
  /** Line of its first character, from 1. */
  readonly line: number;
  /** The code before it, without comments and strings: up to 40 characters, trimmed at the end. */
  readonly before: string;
}

const comment = /\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*|\/\*[\s\S]*?\*\//y;
const quoted = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/y;
const template = /[`}](?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
const regExp = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;

/** A slash after one of these starts a regular expression; after anything else it is a division. */
const beforeRegExp = /(?:^|[(,=:[!&|?{};>]|\b(?:return|typeof|case))$/;

/** Comments and string literals of TypeScript, JavaScript, JSON or CSS, in the order of the file. */
export function scanCode(source: string): readonly Piece[] {
  return [...readTokens(source)].flatMap(({ kind, text, at, before }) => {
    if (kind === 'code') return [];
    const content = kind === 'comment' ? withoutMarkers(text) : text.replace(/^.|(?:\$\{|.)$/g, '');
    return [{ kind, text: content, line: source.slice(0, at).split('\n').length, before: before.trimEnd() }];
  });
}

interface Token {
  readonly kind: 'comment' | 'string' | 'code';
  readonly text: string;
}

function* readTokens(source: string): Generator<Token & { readonly at: number; readonly before: string }> {
  /** Open braces within each `${…}` around the current position. */
  const depths: number[] = [];
  let before = '';
  for (let at = 0; at < source.length; ) {
    const token = readToken(source, at, before.trimEnd(), depths.at(-1) === 0);
    trackDepth(depths, token);
    yield { ...token, at, before };
    if (token.kind === 'code') before = (before + token.text).slice(-40);
    at += token.text.length;
  }
}

/** @param inTemplate whether a closing brace ends an interpolation */
function readToken(source: string, at: number, before: string, inTemplate: boolean): Token {
  const char = source.charAt(at);
  const read = (kind: Token['kind'], pattern: RegExp): Token | undefined => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    return text === undefined ? undefined : { kind, text };
  };
  const token =
    (char === '/' && (read('comment', comment) ?? (beforeRegExp.test(before) && read('code', regExp)))) ||
    ((char === "'" || char === '"') && read('string', quoted)) ||
    ((char === '`' || (char === '}' && inTemplate)) && read('string', template));
  return token || { kind: 'code', text: char };
}

function trackDepth(depths: number[], { kind, text }: Token): void {
  if (kind === 'string' && text.startsWith('}')) depths.pop();
  if (kind === 'string' && text.endsWith('${')) depths.push(0);
  const depth = depths.at(-1);
  if (kind !== 'code' || depth === undefined) return;
  if (text === '{') depths[depths.length - 1] = depth + 1;
  if (text === '}') depths[depths.length - 1] = depth - 1;
}

/** A comment's prose: its slashes and stars become spaces. */
function withoutMarkers(text: string): string {
  return text
    .replace(/\*\/$/, '')
    .replace(/^\/\*+/, '')
    .replace(/^[ \t]*(?:\/\/+|\*+)/gm, ' ');
}
