import { SourceMap, type SourceOrigin } from 'node:module';
import { pathToFileURL } from 'node:url';
import { embeddedText } from '@pipeline/runtime';

/** The embedded file of an executable that maps its lines to those of the sources. */
const SOURCE_MAP = 'source-map';

/**
 * The stack of an error, of an executable with the lines of its sources. The source map is read only here: if Node loads
 * it with the program (`--enable-source-maps`), it takes 40 MB of memory.
 */
export function stackOf({ stack = '' }: Error, map = embeddedText(SOURCE_MAP)): string {
  if (map === undefined) return stack;
  const sources = new SourceMap(JSON.parse(map));
  const bundle = pathToFileURL(process.execPath).href;
  return stack.replace(/(file:[^\s()]+):(\d+):(\d+)/g, (position, file, line, column) => {
    const origin: Partial<SourceOrigin> = sources.findOrigin(Number(line), Number(column));
    if (file !== bundle || origin.fileName === undefined) return position;
    return `${nameOf(origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

/** The path of a source in the repository. */
function nameOf(path: string): string {
  return path.replace(/^(\.\.\/)+/, '');
}
