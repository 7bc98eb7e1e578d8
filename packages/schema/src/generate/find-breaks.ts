/** A JSON Schema, as it was read. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a keyword may become without anybody's harm: those who send and those who read. */
const harmless: Readonly<Record<string, (before: never, after: never) => boolean>> = {
  minimum: isLowered,
  minLength: isLowered,
  minItems: isLowered,
  maximum: isRaised,
  maxLength: isRaised,
  maxItems: isRaised,
  enum: isExtended,
};

/** Says nothing about values. */
const annotations = new Set(['$id', 'title', 'description', 'examples', 'default', 'deprecated']);

/**
 * What in a schema breaks those who send or read by an earlier one, one line each: the path, and what became of it.
 * Members may be added that need not be there, and bounds may be loosened; what else has changed counts as broken.
 */
export function* findBreaks(before: Schema, after: Schema, path: string): Generator<string> {
  yield* findMissing(before, after, path);
  for (const keyword of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (annotations.has(keyword) || keyword === 'required' || keyword === 'properties') continue;
    yield* findChange(keyword, before[keyword], after[keyword], path);
  }
  for (const [name, member] of Object.entries(membersOf(before))) {
    const now = membersOf(after)[name];
    if (now === undefined) yield `${path}/${name} is gone`;
    else yield* findBreaks(member, now, `${path}/${name}`);
  }
}

function* findMissing(before: Schema, after: Schema, path: string): Generator<string> {
  const [then, now] = [requiredOf(before), requiredOf(after)];
  const optional = then.filter((name) => !now.includes(name) && name in membersOf(after));
  for (const name of optional) yield `${path}/${name} need not be there any more, and readers rely on it`;
  for (const name of now.filter((one) => !then.includes(one)))
    yield `${path}/${name} must be there now, and earlier senders leave it out`;
}

function* findChange(keyword: string, then: unknown, now: unknown, path: string): Generator<string> {
  const [was, is] = [JSON.stringify(then), JSON.stringify(now)];
  if (was === is) return;
  if (then !== undefined && harmless[keyword]?.(then as never, now as never)) return;
  yield `${path} had ${keyword} ${was ?? 'unset'}, and has ${is ?? 'none'}`;
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
