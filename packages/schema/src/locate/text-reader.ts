import { endOfString } from '../scan-payload.ts';
import { clear, type Followed, type PointerNode } from './pointer-tree.ts';

const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * Reads valid JSON once and keeps the spans of the values in a pointer tree. Recursion is as deep as the
 * pointers are long; everything else is skipped in a loop.
 */
export class TextReader {
  readonly #text: string;
  #at = 0;
  /** Whether there may be members outside the pointers. */
  hasOthers = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads the value of a node, which was cleared. Returns its depth. */
  read(node: PointerNode): number {
    const code = this.#next();
    const start = this.#at;
    const depth = node.children.length === 0 ? this.#skip(code) : this.#readInside(node, code);
    const { space } = node;
    space.start = start;
    space.end = this.#at;
    space.depth = depth;
    node.span = space;
    return depth;
  }

  /** Moves to the next character that is no separator, and returns its code. */
  #next(): number {
    const text = this.#text;
    let at = this.#at;
    let code = text.charCodeAt(at);
    while (code <= SPACE || code === COMMA || code === COLON) code = text.charCodeAt(++at);
    this.#at = at;
    return code;
  }

  #readInside(node: PointerNode, code: number): number {
    if (code === OPEN_OBJECT) return this.#readObject(node);
    if (code === OPEN_ARRAY) return this.#readArray(node);
    this.hasOthers = true;
    return this.#skip(code);
  }

  #readObject(node: PointerNode): number {
    let deepest = 0;
    let before: Followed = node.start;
    this.#at++;
    while (this.#next() !== CLOSE_OBJECT) {
      const start = this.#at;
      const child = this.#readName(node.children, before.next);
      if (child !== undefined) {
        before.next = child.order;
        before = child;
      }
      const depth = this.#readItem(node, child, start);
      if (depth > deepest) deepest = depth;
    }
    this.#at++;
    return deepest + 1;
  }

  /**
   * Reads a name. Returns the child of that name.
   * @param expected the index of the child to try first
   */
  #readName(children: readonly PointerNode[], expected: number): PointerNode | undefined {
    const start = this.#at;
    const text = this.#text;
    const initial = text.charCodeAt(start + 1);
    for (let tried = 0, index = expected; tried < children.length; tried++, index++) {
      if (index >= children.length) index = 0;
      const child = children[index];
      if (child === undefined || child.json.charCodeAt(1) !== initial) continue;
      if (!text.startsWith(child.json, start)) continue;
      this.#at = start + child.json.length;
      return child;
    }
    const end = endOfString(text, start) + 1;
    this.#at = end;
    if (!hasEscape(text, start, end)) return undefined;
    const name = JSON.parse(text.slice(start, end));
    return children.find((child) => child.name === name);
  }

  #readArray(node: PointerNode): number {
    let deepest = 0;
    this.#at++;
    for (let index = 0; this.#next() !== CLOSE_ARRAY; index++) {
      const child = node.children.find((one) => one.index === index);
      deepest = Math.max(deepest, this.#readItem(node, child, this.#at));
    }
    this.#at++;
    return deepest + 1;
  }

  /** Reads a member or an item, which starts at `start` with its name, if it has one. */
  #readItem(node: PointerNode, child: PointerNode | undefined, start: number): number {
    if (child !== undefined) {
      if (child.span !== undefined) clear([child]);
      return this.read(child);
    }
    const depth = this.#skip(this.#next());
    if (!node.isCovered) {
      this.hasOthers = true;
      node.others.push(this.#text.slice(start, this.#at));
    }
    return depth;
  }

  /** Skips a value that starts with a character. Returns its depth. */
  #skip(initial: number): number {
    const text = this.#text;
    if (initial === QUOTE) {
      this.#at = endOfString(text, this.#at) + 1;
      return 0;
    }
    let level = 0;
    let deepest = 0;
    let at = this.#at;
    do {
      const code = text.charCodeAt(at);
      if (code === QUOTE) at = endOfString(text, at);
      else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
        level++;
        if (level > deepest) deepest = level;
      } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) level--;
      else if (level === 0) at = endOfScalar(text, at);
      at++;
    } while (level > 0);
    this.#at = at;
    return deepest;
  }
}

/** The index of the last character of a number, true, false or null. */
function endOfScalar(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= SPACE || code === COMMA || code === CLOSE_OBJECT || code === CLOSE_ARRAY) break;
  }
  return at - 1;
}

function hasEscape(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) === BACKSLASH) return true;
  return false;
}
