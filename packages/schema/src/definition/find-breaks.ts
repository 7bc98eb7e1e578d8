import type { EventDefinition } from './definition.ts';

/** A parsed JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a definition and a later one are compared by. */
type Compared = Pick<EventDefinition, 'envelope' | 'types'>;

/**
 * Changes of a definition that break its producers or consumers, or that would store replayed events a second
 * time, one line each.
 */
export function* findDefinitionBreaks(before: Compared, after: Compared): Generator<string> {
  const [was, is] = [before.envelope.identity, after.envelope.identity];
  if (was !== is) yield `the rule of event ids changed from ${was} to ${is}`;
  for (const [name, payload] of Object.entries(before.types)) {
    const now = Object.hasOwn(after.types, name) ? after.types[name] : undefined;
    if (now === undefined) yield `${name} was removed or renamed`;
    else yield* findBreaks(asJson(payload), asJson(now), `${name} payload`);
  }
}

function asJson(schema: object): Schema {
  return JSON.parse(JSON.stringify(schema));
}

/** Changes of a keyword's value that break neither producers nor consumers. */
const compatible: Readonly<Record<string, (before: never, after: never) => boolean>> = {
  minimum: isLowered,
  minLength: isLowered,
  minItems: isLowered,
  maximum: isRaised,
  maxLength: isRaised,
  maxItems: isRaised,
  enum: isExtended,
};

/** Keywords that do not constrain values. */
const annotations = new Set(['$id', 'title', 'description', 'examples', 'default', 'deprecated']);

/**
 * Changes that break producers or consumers of the earlier schema, one line each: the path and the change.
 * Optional members may be added and limits may be loosened; every other change is breaking.
 */
export function* findBreaks(before: Schema, after: Schema, path: string): Generator<string> {
  yield* findMissing(before, after, path);
  for (const keyword of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (annotations.has(keyword) || keyword === 'required' || keyword === 'properties') continue;
    yield* findChange(keyword, before[keyword], after[keyword], path);
  }
  for (const [name, member] of Object.entries(membersOf(before))) {
    const now = membersOf(after)[name];
    if (now === undefined) yield `${path}/${name} was removed`;
    else yield* findBreaks(member, now, `${path}/${name}`);
  }
}

function* findMissing(before: Schema, after: Schema, path: string): Generator<string> {
  const [then, now] = [requiredOf(before), requiredOf(after)];
  const optional = then.filter((name) => !now.includes(name) && name in membersOf(after));
  for (const name of optional) yield `${path}/${name} became optional, but consumers rely on it`;
  for (const name of now.filter((one) => !then.includes(one)))
    yield `${path}/${name} became required, but earlier producers omit it`;
}

function* findChange(keyword: string, then: unknown, now: unknown, path: string): Generator<string> {
  const [was, is] = [JSON.stringify(then), JSON.stringify(now)];
  if (was === is) return;
  if (then !== undefined && compatible[keyword]?.(then as never, now as never)) return;
  yield `${path}: ${keyword} changed from ${was ?? 'unset'} to ${is ?? 'unset'}`;
}

function isLowered(before: number, after: number | undefined): boolean {
  return after === undefined || after < before;
}

function isRaised(before: number, after: number | undefined): boolean {
  return after === undefined || after > before;
}

function isExtended(before: readonly unknown[], after: readonly unknown[] | undefined): boolean {
  return after !== undefined && before.every((value) => after.includes(value));
}

function requiredOf(schema: Schema): readonly string[] {
  return (schema['required'] ?? []) as readonly string[];
}

function membersOf(schema: Schema): Readonly<Record<string, Schema>> {
  return (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
}
