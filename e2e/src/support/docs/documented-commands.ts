import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../programs/binaries.ts';

/** A fenced block of commands on a page. */
export interface CommandBlock {
  /** Its path from the root. */
  readonly page: string;
  readonly language: 'sh' | 'sql';
  readonly text: string;
  /** The comments directly above it; a block without any is executed. */
  readonly marks: readonly Mark[];
}

/** `<!-- run by: FILE "QUOTE" -->` or `<!-- not run: REASON -->`. */
type Mark =
  | { readonly kind: 'run by'; readonly file: string; readonly quote: string }
  | { readonly kind: 'not run'; readonly reason: string };

const pages = ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*/README.md'];
const fence = /((?:^<!-- .* -->\n+)*)^```(sh|sql)\n([\s\S]*?)^```$/gm;

/**
 * Every block of shell commands and of SQL on every page.
 * @throws Error for a comment above a block that is not a mark
 */
export function readCommandBlocks(): readonly CommandBlock[] {
  const paths = globSync(pages, { cwd: rootFolder, exclude: ['**/node_modules/**'] });
  return paths.sort().flatMap((page) => parseBlocks(page, readFileSync(join(rootFolder, page), 'utf8')));
}

/** The blocks of one page. */
export function parseBlocks(page: string, text: string): readonly CommandBlock[] {
  return [...text.matchAll(fence)].map(([, comments = '', language, block = '']) => ({
    page,
    language: language as CommandBlock['language'],
    text: block,
    marks: comments.split('\n').filter(Boolean).map(parseMark),
  }));
}

function parseMark(comment: string): Mark {
  const [, file, quote, reason] = /^<!-- (?:run by: (\S+) "(.+)"|not run: (.+)) -->$/.exec(comment) ?? [];
  if (file !== undefined && quote !== undefined) return { kind: 'run by', file, quote };
  if (reason !== undefined) return { kind: 'not run', reason };
  throw new Error(`neither "run by" nor "not run": ${comment}`);
}
