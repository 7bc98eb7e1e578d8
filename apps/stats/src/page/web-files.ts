import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddedNames, embeddedText } from '@pipeline/runtime';
import manifest from '../../package.json' with { type: 'json' };

/** A file of the pages, ready to be sent. */
export interface WebFile {
  readonly type: string;
  readonly body: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
};

/** The part that all pages share; it replaces `{{header}}`. */
const HEADER = 'header.html';

/** What the pages contain of the pipeline: its name, and the topics and event types that they suggest. */
interface PipelineText {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly types: readonly string[];
}

/**
 * All files of the pages, by their path below `web/`. Browsers get the TypeScript sources without types, so no
 * build is needed.
 */
export function readWebFiles(pipeline: PipelineText): ReadonlyMap<string, WebFile> {
  const { [HEADER]: header = '', ...sources } = Object.fromEntries(readSources());
  const fill = (page: string) =>
    fillPage(
      page.replace('{{header}}', () => header),
      pipeline,
    );
  return withoutWarnings(
    () => new Map(Object.entries(sources).map(([name, text]) => [name, toWebFile(name, text, fill)])),
  );
}

function fillPage(page: string, { groupId, topics, types }: PipelineText): string {
  const topicNames = `${topics.length > 1 ? 'topics' : 'topic'} ${topics.join(', ')}`;
  return page
    .replaceAll('{{group}}', () => escapeHtml(groupId))
    .replaceAll('{{topics}}', () => escapeHtml(topicNames))
    .replace('{{topic-options}}', () => optionsOf(topics))
    .replace('{{type-options}}', () => optionsOf(types));
}

const optionsOf = (values: readonly string[]) =>
  values.map((value) => `<option value="${escapeHtml(value)}">`).join('');

function toWebFile(name: string, text: string, fill: (page: string) => string): WebFile {
  const ending = extname(name);
  const type = contentTypes[ending] ?? 'text/plain';
  if (ending === '.ts') return { type, body: toScript(name, text) };
  return { type, body: ending === '.html' ? fill(text) : text };
}

/** Node replaces types by spaces; browsers need no docstrings, and do not resolve the names of packages. */
function toScript(name: string, text: string): string {
  const root = '../'.repeat(name.split('/').length - 1) || './';
  return stripTypeScriptTypes(text)
    .replace(/^ *\/\*\*.*?\*\/\n/gms, '')
    .replace(/ +$/gm, '')
    .replace("from 'lit-html'", `from '${root}lit-html.js'`);
}

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** An executable embeds the files as `web/PATH`. */
function readSources(): ReadonlyMap<string, string> {
  const embedded = embeddedNames().filter((name) => name.startsWith('web/'));
  if (embedded.length > 0) return new Map(embedded.map((name) => [name.slice(4), embeddedText(name) ?? '']));
  const app = fileURLToPath(new URL('../../', import.meta.url));
  const read = (folder: string, path: string) => readFileSync(join(app, folder, path), 'utf8');
  const paths = readdirSync(join(app, 'web'), { recursive: true, encoding: 'utf8' });
  return new Map([
    ...paths.filter((path) => extname(path) !== '').map((path) => [path, read('web', path)] as const),
    ...manifest.webLibraries.map((path) => [basename(path), read('node_modules', path)] as const),
  ]);
}

/** Node warns that stripping types is experimental; the warning would be the first line that users see. */
function withoutWarnings<Value>(work: () => Value): Value {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
