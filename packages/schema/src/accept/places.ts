import { type PointerNode, plantPointers } from '../locate/pointer-tree.ts';
import { type Member, objectOf } from './members.ts';
import { every, refuse, type Step } from './step.ts';
import { anyMember, MAX_ROOM } from './value.ts';

/** A step that reads the value at a place in a document. */
export interface Placed {
  /** The names that lead to it, from the outside in. */
  readonly names: readonly string[];
  readonly step: Step;
  readonly isRequired: boolean;
}

/** The steps of members outside the values: those of the document itself, and those further inside. */
export interface OtherSteps {
  readonly outermost: Step;
  readonly inner: Step;
}

/**
 * Creates a step that reads a document with these values. The last step that starts at a place is the one of the value
 * itself, after those of the values inside.
 */
export function readPlaces(all: readonly Placed[], { outermost, inner }: OtherSteps): Step {
  const { root, targets } = plantPointers(all.map(({ names }) => names));
  const placedAt = Map.groupBy(all, (_, index) => targets[index] ?? root);
  const covered = anyMember(MAX_ROOM);

  function compile(node: PointerNode): Member | undefined {
    const own = placedAt.get(node) ?? [];
    const members = node.children.map(compile).filter((member) => member !== undefined);
    if (members.length < node.children.length) return undefined;
    const outside = node === root ? outermost : inner;
    const inside = objectOf(members, node.isCovered ? covered : outside);
    if (inside === undefined) return undefined;
    const steps = [...(members.length === 0 ? [] : [inside]), ...own.map(({ step }) => step)];
    return { name: node.name, step: every(steps), isRequired: [...own, ...members].some(isRequired) };
  }

  return compile(root)?.step ?? refuse;
}

const isRequired = (part: { readonly isRequired: boolean }) => part.isRequired;
