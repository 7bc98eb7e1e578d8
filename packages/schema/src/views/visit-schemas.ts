import { asSchema, type Schema } from './schema-index.ts';

/**
 * A function of schemas that calls itself for their parts. A schema that several others refer to is visited once,
 * because a chain of them would otherwise take exponential time. What depends on where a cycle was entered is not kept.
 * @param ofNone the value for what is no schema, and for one that leads to itself
 * @param compute returns the value of a schema, given the function for its parts
 */
export function visitSchemas<Value>(
  ofNone: Value,
  compute: (schema: Schema, visit: (part: unknown) => Value) => Value,
): (value: unknown) => Value {
  const known = new Map<Schema, { readonly value: Value }>();
  const outer = new Set<Schema>();
  let cycles = 0;
  const visit = (part: unknown): Value => {
    const schema = asSchema(part);
    if (schema === undefined) return ofNone;
    if (outer.has(schema)) {
      cycles++;
      return ofNone;
    }
    return (known.get(schema) ?? enter(schema)).value;
  };
  const enter = (schema: Schema): { readonly value: Value } => {
    const cyclesBefore = cycles;
    outer.add(schema);
    const computed = { value: compute(schema, visit) };
    outer.delete(schema);
    if (cycles === cyclesBefore) known.set(schema, computed);
    return computed;
  };
  return visit;
}
