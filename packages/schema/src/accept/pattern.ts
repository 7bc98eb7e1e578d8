import { NOT_ASCII } from './characters.ts';
import type { Step } from './step.ts';
import { skipAsciiString } from './text.ts';

/** A class of characters, and how many of them follow each other. */
interface Run {
  readonly isMember: Uint8Array;
  readonly least: number;
  readonly most: number;
}

const runs = /(\[(?:\\[dws]|[^\\\]])+\]|\\[dws]|[\w \-:/@])(?:\{(\d+)(?:(,)(\d*))?\}|([+*?]))?/y;

/**
 * Compiles a pattern of classes and characters such as `^[A-Z]{3}$`; undefined for any other. Each class takes as many
 * characters as it can, so a text that matches only with fewer is not accepted.
 */
export function compilePattern(pattern: unknown): Step | undefined {
  if (typeof pattern !== 'string' || !pattern.startsWith('^') || !pattern.endsWith('$')) return undefined;
  const parsed = parseRuns(pattern.slice(1, -1));
  return parsed && createPatternStep(parsed);
}

function parseRuns(pattern: string): readonly Run[] | undefined {
  const parsed: Run[] = [];
  for (runs.lastIndex = 0; runs.lastIndex < pattern.length; ) {
    const match = runs.exec(pattern);
    const isMember = match && membersOf(match[1] ?? '');
    if (!isMember) return undefined;
    parsed.push({ isMember, ...countsOf(match) });
  }
  return parsed;
}

/** The ASCII characters of a class; undefined if it is invalid. */
function membersOf(characters: string): Uint8Array | undefined {
  try {
    const one = new RegExp(`^${characters}$`, 'u');
    return Uint8Array.from({ length: NOT_ASCII }, (_, code) => Number(one.test(String.fromCharCode(code))));
  } catch {
    return undefined;
  }
}

function countsOf([, , count, comma, last, sign]: RegExpExecArray): Pick<Run, 'least' | 'most'> {
  if (sign !== undefined)
    return { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
  if (count === undefined) return { least: 1, most: 1 };
  if (comma === undefined) return { least: Number(count), most: Number(count) };
  return { least: Number(count), most: last === '' ? Number.POSITIVE_INFINITY : Number(last) };
}

function createPatternStep(parsed: readonly Run[]): Step {
  return (bytes, start) => {
    const end = skipAsciiString(bytes, start);
    let at = start + 1;
    for (const { isMember, least, most } of parsed) {
      const from = at;
      while (at - from < most && at < end - 1 && isMember[bytes[at] ?? 0] === 1) at++;
      if (at - from < least) return -1;
    }
    return at === end - 1 ? end : -1;
  };
}
