import { isIndex } from './pointer.ts';

interface MutableSpan {
  start: number;
  /** The index after its last character. */
  end: number;
  /** Number of nested objects and arrays, itself included; 0 for a scalar. */
  depth: number;
}

/** A value in the text of a document. */
export type Span = Readonly<MutableSpan>;

/** What a member follows. Members usually have the same order in all documents, so that is tried first. */
export interface Followed {
  /** The order of the child that came next in the last document. */
  next: number;
}

/** The values that pointers name, as a tree. What a scan finds is kept in its nodes until the next scan. */
export interface PointerNode extends Followed {
  /** The last name of the pointer. */
  readonly name: string;
  /** The name as JSON, and as the index of an array's item, or -1. */
  readonly json: string;
  readonly index: number;
  readonly children: PointerNode[];
  /** Its index among the children of its parent. */
  readonly order: number;
  /** The start of an object, which the first member follows. */
  readonly start: Followed;
  /** Whether a pointer ends here or at an ancestor, so that no part of the value is outside the pointers. */
  isCovered: boolean;
  span: Span | undefined;
  /** Used for every span of the node, because one per value and document would be garbage. */
  readonly space: MutableSpan;
  /** Texts of the members or items that no child matches. */
  readonly others: string[];
}

/** The tree of some pointers, and the node of each. */
export function plantPointers(pointers: readonly (readonly string[])[]) {
  const root = createNode('', 0);
  const targets = pointers.map((names) => names.reduce(childOf, root));
  for (const target of targets) cover(target);
  return { root, targets };
}

function createNode(name: string, order: number): PointerNode {
  const index = isIndex(name) ? Number(name) : -1;
  const json = JSON.stringify(name);
  const found = { isCovered: false, span: undefined, space: { start: 0, end: 0, depth: 0 }, others: [] };
  return { name, json, index, children: [], order, next: 0, start: { next: 0 }, ...found };
}

function childOf(parent: PointerNode, name: string): PointerNode {
  const known = parent.children.find((child) => child.name === name);
  if (known !== undefined) return known;
  const child = createNode(name, parent.children.length);
  parent.children.push(child);
  return child;
}

function cover(node: PointerNode): void {
  node.isCovered = true;
  for (const child of node.children) cover(child);
}

/** Forgets what was found at and below some nodes: before a scan, or when a repeated member overrides them. */
export function clear(nodes: readonly PointerNode[]): void {
  for (const node of nodes) {
    node.span = undefined;
    if (node.others.length > 0) node.others.length = 0;
    clear(node.children);
  }
}
