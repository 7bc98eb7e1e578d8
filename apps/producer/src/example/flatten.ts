/** A JSON Schema, as far as it is read here. */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * A schema without `$ref`, `allOf`, `oneOf` and `anyOf`: their members are its own.
 * @param choice which alternative to take, counted from 0
 * @throws Error for a reference that leads nowhere, or only to itself
 */
export function flatten(
  schema: unknown,
  choice: number,
  resolve: (ref: string) => unknown,
  visited: readonly string[] = [],
): Schema {
  const { $ref, allOf, oneOf, anyOf, ...own } = isObject(schema) ? schema : {};
  const pick = (alternatives: unknown) => {
    const all = listOf(alternatives);
    return all.length === 0 ? [] : [all[choice % all.length]];
  };
  const refs = typeof $ref === 'string' ? [$ref] : [];
  if (refs.some((ref) => visited.includes(ref))) throw new Error(`the reference ${$ref} leads to itself`);
  const parts = [
    ...refs.map((ref) => required(resolve(ref), ref)),
    ...listOf(allOf),
    ...pick(oneOf),
    ...pick(anyOf),
  ];
  const flat = parts.map((part) => flatten(part, choice, resolve, [...visited, ...refs]));
  return [own, ...flat].reduce(merge, {});
}

function required(schema: unknown, ref: string): unknown {
  if (schema === undefined) throw new Error(`the reference ${ref} leads nowhere`);
  return schema;
}

/** The members of both; properties and required names are united. */
function merge(one: Schema, other: Schema): Schema {
  const merged: Record<string, unknown> = { ...one, ...other };
  const properties = [one, other].map((schema) => schema['properties']).filter(isObject);
  if (properties.length > 0) merged['properties'] = Object.assign({}, ...properties);
  const names = [...listOf(one['required']), ...listOf(other['required'])];
  if (names.length > 0) merged['required'] = names;
  return merged;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
