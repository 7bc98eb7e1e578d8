import { clear, type PointerNode, plantPointers, type Span } from './pointer-tree.ts';
import { TextReader } from './text-reader.ts';

export type { Span } from './pointer-tree.ts';

/** The values that pointers name, and the members that none of them covers. */
interface Located {
  /** In the order of the pointers; undefined for a value that is not there. */
  readonly spans: readonly (Span | undefined)[];
  /**
   * A JSON object of the members outside the pointers, their texts verbatim; null if there are none. Objects
   * that a pointer leads through keep their place; an array that it leads through is kept whole.
   */
  readonly othersJson: string | null;
}

/**
 * Finds values in the text of a JSON document in one pass. The last of repeated members wins, at any level. The
 * result is valid until the next call.
 */
export type Locate = (text: string) => Located;

/**
 * Creates a function that finds the values of pointers.
 * @param pointers the names of each, see `parsePointer`
 */
export function createLocator(pointers: readonly (readonly string[])[]): Locate {
  const { root, targets } = plantPointers(pointers);
  const roots = [root];
  const spans: (Span | undefined)[] = [];
  return (text) => {
    const reader = new TextReader(text);
    clear(roots);
    reader.read(root);
    targets.forEach(({ span }, index) => {
      spans[index] = span;
    });
    return { spans, othersJson: reader.hasOthers ? toObject(writeOthers(text, root)) : null };
  };
}

/** The text of a value without the targets; undefined if nothing is left. */
function writeOthers(text: string, { span, children, others, isCovered }: PointerNode): string | undefined {
  if (isCovered || span === undefined) return undefined;
  const whole = text.slice(span.start, span.end);
  if (!whole.startsWith('{') && !whole.startsWith('[')) return whole;
  const inner = children.flatMap((child) => {
    const rest = writeOthers(text, child);
    return rest === undefined ? [] : [`${child.json}:${rest}`];
  });
  if (others.length + inner.length === 0) return undefined;
  return whole.startsWith('[') ? whole : `{${[...others, ...inner].join(',')}}`;
}

/** The others of a document that is an array or a scalar are the value of a member with an empty name. */
function toObject(others: string | undefined): string | null {
  if (others === undefined) return null;
  return others.startsWith('{') ? others : `{"":${others}}`;
}
