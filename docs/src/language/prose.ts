import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../root-folder.ts';
import { type Piece, scanCode } from './scan-code.ts';

/** Text that people read, with its place in the repository. */
export interface Prose {
  /** Path from the root. */
  readonly file: string;
  readonly line: number;
  /** `text`: docs, pages, messages of programs. */
  readonly kind: 'comment' | 'text' | 'test name';
  /** Without code in backticks and targets of links; line breaks are kept. */
  readonly text: string;
}

const skipped =
  /(?:^|\/)(?:node_modules|dist|results|test-results|\.turbo)\/|\/released\/|^pnpm-lock\.yaml$|\.(?:tgz|png|svg)$/;
const folders = '{apps,packages,infra,tools,docs,bench,e2e,sql,patches,examples,.github}/**';
const rootFiles = '{*.md,*.json,*.yaml,*.ts,.env.example,.ci/run}';

/** All prose of the repository, in the order of the files' paths. */
export function readRepository(): readonly Prose[] {
  const files = globSync([folders, rootFiles], { cwd: rootFolder, exclude: ['**/node_modules/**'] });
  return files
    .filter((file) => !skipped.test(file) && readerOf(file) !== undefined)
    .sort()
    .flatMap((file) => readProse(file, readFileSync(join(rootFolder, file), 'utf8')));
}

/** The prose of one file; empty for other kinds of files. */
export function readProse(file: string, source: string): readonly Prose[] {
  const pieces = readerOf(file)?.(file, source) ?? [];
  return pieces.map((piece) => ({ ...piece, file, text: piece.text.replace(notProse, ' ') }));
}

/** Code in backticks, and the targets of links. */
const notProse = /`[^`\n]*`|(?<=\])\([^)\s]*\)|[\w./-]+\.md#[\w-]+/g;

type Reader = (file: string, source: string) => readonly Omit<Prose, 'file'>[];

const readers: readonly (readonly [RegExp, Reader])[] = [
  [/\.(?:ts|js|json|css)$/, readCode],
  [/\.md$/, (_, source) => [text(source.replace(/^```.*$/gm, ''))]],
  [/\.html$/, (_, source) => [text(withoutTags(source))]],
  [/\.sql$/, (_, source) => [comment(keep(source, /--.*/g)), text(keep(source, /'[^']*'/g))]],
  [/\.ya?ml$/, (_, source) => [comment(keep(source, hash)), text(source.replace(hash, ''))]],
  [/Dockerfile$|\.(?:properties|py|env\.example)$|\.ci\/run$/, (_, source) => [comment(keep(source, hash))]],
  [/\.patch$/, readPatch],
];

const hash = /(?<!\S)#.*/g;
const text = (content: string) => ({ kind: 'text' as const, line: 1, text: content });
const comment = (content: string) => ({ kind: 'comment' as const, line: 1, text: content });

function readerOf(file: string): Reader | undefined {
  return readers.find(([pattern]) => pattern.test(file))?.[1];
}

/** Keeps only the matches, on their lines. */
function keep(source: string, pattern: RegExp): string {
  return source
    .split('\n')
    .map((line) => (line.match(pattern) ?? []).join(' ').replace(/^(?:#|--)+/, ''))
    .join('\n');
}

function readCode(file: string, source: string): ReturnType<Reader> {
  return scanCode(source).flatMap((piece) => {
    const kind = kindOf(file, piece);
    return kind === undefined ? [] : [{ kind, line: piece.line, text: piece.text }];
  });
}

function kindOf(file: string, { kind, text: content, before }: Piece): Prose['kind'] | undefined {
  if (kind === 'comment') return 'comment';
  if (/\.test\.ts$/.test(file)) return opensTest.test(before) ? 'test name' : undefined;
  if (/^e2e\/|\/testing\/|^docs\/src\//.test(file)) return undefined;
  return /\b(?:from|import\(?)$/.test(before) || isIdentifier(content) ? undefined : 'text';
}

const opensTest = /\b(?:test|it|describe)(?:\.\w+)*\($|\)\($/;

/** A single word in lower case is an identifier. */
function isIdentifier(content: string): boolean {
  return /^[^A-Z\s][^\s]*$/.test(content);
}

/** The text of a page, and that of its visible attributes. */
function withoutTags(source: string): string {
  return source.replace(/<[^>]*>/g, (tag) => {
    const shown = [...tag.matchAll(/(?:title|alt|aria-label|placeholder|content)="([^"]*)"/g)];
    return ` ${shown.map(([, value]) => value).join(' ')} ${'\n'.repeat(tag.split('\n').length - 1)}`;
  });
}

/** Comments that a patch adds. */
function readPatch(_: string, source: string): ReturnType<Reader> {
  const added = source.replace(/^(?:[^+\n].*|\+\+\+.*)$/gm, '').replace(/^\+/gm, '');
  return scanCode(added).flatMap(({ kind, line, text: content }) =>
    kind === 'comment' ? [{ kind, line, text: content }] : [],
  );
}
