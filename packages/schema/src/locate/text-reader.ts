import { endOfString } from '../scan-payload.ts';
import { clear, type PointerNode } from './pointer-tree.ts';

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
    this.#skipSpace();
    const start = this.#at;
    const depth = node.children.length === 0 ? this.#skip() : this.#readInside(node);
    node.span = { start, end: this.#at, depth };
    return depth;
  }

  #readInside(node: PointerNode): number {
    const code = this.#text.charCodeAt(this.#at);
    if (code === OPEN_OBJECT) return this.#readObject(node);
    if (code === OPEN_ARRAY) return this.#readArray(node);
    this.hasOthers = true;
    return this.#skip();
  }

  #readObject(node: PointerNode): number {
    let deepest = 0;
    let next = 0;
    for (this.#at++; this.#findItem(CLOSE_OBJECT); ) {
      const start = this.#at;
      const index = this.#readName(node.children, next);
      if (index >= 0) next = index + 1;
      const depth = this.#readItem(node, node.children[index], start);
      if (depth > deepest) deepest = depth;
    }
    return deepest + 1;
  }

  /**
   * Reads a name and the colon after it. Returns the index of the child of that name, or -1.
   * @param next the child to try first: members usually have the same order in all documents
   */
  #readName(children: readonly PointerNode[], next: number): number {
    const start = this.#at;
    const text = this.#text;
    for (let tried = 0; tried < children.length; tried++) {
      const index = (next + tried) % children.length;
      const json = children[index]?.json ?? '';
      if (!text.startsWith(json, start)) continue;
      this.#skipColon(start + json.length);
      return index;
    }
    const end = endOfString(text, start);
    this.#skipColon(end + 1);
    if (!hasEscape(text, start, end)) return -1;
    const name = JSON.parse(text.slice(start, end + 1));
    return children.findIndex((child) => child.name === name);
  }

  #skipColon(from: number): void {
    this.#at = from;
    while (this.#text.charCodeAt(this.#at) !== COLON) this.#at++;
    this.#at++;
  }

  #readArray(node: PointerNode): number {
    let deepest = 0;
    this.#at++;
    for (let index = 0; this.#findItem(CLOSE_ARRAY); index++) {
      const child = node.children.find((one) => one.index === index);
      deepest = Math.max(deepest, this.#readItem(node, child, this.#at));
    }
    return deepest + 1;
  }

  /** Reads a member or an item, which starts at `start` with its name, if it has one. */
  #readItem(node: PointerNode, child: PointerNode | undefined, start: number): number {
    if (child !== undefined) {
      if (child.children.length > 0 && child.span !== undefined) clear([child]);
      return this.read(child);
    }
    this.#skipSpace();
    const depth = this.#skip();
    if (!node.isCovered) {
      this.hasOthers = true;
      node.others.push(this.#text.slice(start, this.#at));
    }
    return depth;
  }

  /** Moves to the next member or item; false after the last, whose closing bracket is then behind. */
  #findItem(close: number): boolean {
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) === COMMA) {
      this.#at++;
      this.#skipSpace();
    }
    const isItem = this.#text.charCodeAt(this.#at) !== close;
    if (!isItem) this.#at++;
    return isItem;
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  /** Skips a value. Returns its depth. */
  #skip(): number {
    const text = this.#text;
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

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

/** The index of the last character of a number, true, false or null. */
function endOfScalar(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === CLOSE_OBJECT || code === CLOSE_ARRAY || isSpace(code)) break;
  }
  return at - 1;
}

function hasEscape(text: string, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at++) if (text.charCodeAt(at) === BACKSLASH) return true;
  return false;
}
