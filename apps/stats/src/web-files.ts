import { readdirSync, readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { basename, extname } from 'node:path';
import { embeddedNames, embeddedText } from '@pipeline/runtime';
import manifest from '../package.json' with { type: 'json' };

/** A file of the pages, ready to be sent. */
export interface WebFile {
  readonly type: string;
  readonly body: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
};

/** Everything that the pages consist of, by name. Browsers get the sources without their types, so no build is needed. */
export function readWebFiles(): ReadonlyMap<string, WebFile> {
  const sources = readSources();
  return withoutWarnings(() => new Map([...sources].map(([name, text]) => [name, toWebFile(name, text)])));
}

function toWebFile(name: string, text: string): WebFile {
  const ending = extname(name);
  return { type: types[ending] ?? 'text/plain', body: ending === '.ts' ? stripTypeScriptTypes(text) : text };
}

/** An executable carries them inside, as `web/NAME`. */
function readSources(): ReadonlyMap<string, string> {
  const embedded = embeddedNames().filter((name) => name.startsWith('web/'));
  if (embedded.length > 0) return new Map(embedded.map((name) => [name.slice(4), embeddedText(name) ?? '']));
  const own = readdirSync(new URL('../web/', import.meta.url));
  return new Map([
    ...own.map((name) => [name, readFileSync(new URL(`../web/${name}`, import.meta.url), 'utf8')] as const),
    ...manifest.webLibraries.map((path) => [basename(path), readLibrary(path)] as const),
  ]);
}

const readLibrary = (path: string) => readFileSync(createRequire(import.meta.url).resolve(path), 'utf8');

/** Node calls the stripping of types experimental, on the first screen of whoever starts the page. */
function withoutWarnings<Value>(work: () => Value): Value {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
