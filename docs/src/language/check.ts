import type { Prose } from './prose.ts';
import { type AvoidedWord, allowedUses, avoidedWords } from './words.ts';

/** A use of an avoided word. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly kind: Prose['kind'];
  readonly found: string;
  readonly word: AvoidedWord;
}

const patterns = avoidedWords.map((word) => ({ word, pattern: toPattern(word.words) }));

/** All uses of avoided words, except legitimate ones. */
export function findAvoided(prose: readonly Prose[]): readonly Finding[] {
  return prose.flatMap((piece) => patterns.flatMap(({ word, pattern }) => findIn(piece, word, pattern)));
}

/** Number of words. */
export function countWords(prose: readonly Prose[]): number {
  return prose.reduce((sum, { text }) => sum + (text.match(/\p{L}[\p{L}'’-]*/gu)?.length ?? 0), 0);
}

/** For example `docs/x.md:12: 'anew' → again`. */
export function showFinding({ file, line, found, word }: Finding): string {
  return `${file}:${line}: '${found.replace(/\s+/g, ' ')}' → ${word.write}`;
}

function findIn({ file, line, kind, text }: Prose, word: AvoidedWord, pattern: RegExp): readonly Finding[] {
  const uses = [...text.matchAll(pattern)].filter(([found]) => !isAllowed(file, found));
  return uses.map(({ 0: found, index }) => {
    const linesBefore = text.slice(0, index).split('\n').length - 1;
    return { file, line: line + linesBefore, kind, found, word };
  });
}

function isAllowed(file: string, found: string): boolean {
  return allowedUses.some((use) => file.startsWith(use.file) && toPattern(`^(?:${use.words})$`).test(found));
}

function toPattern(words: string): RegExp {
  return new RegExp(`(?<![\\w'])(?:${words.replaceAll(' ', '\\s+')})(?!\\w)`, 'gi');
}
