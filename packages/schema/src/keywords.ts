/** Keywords of JSON Schema whose value is data. */
export const dataKeywords: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);

/** Keywords whose value is an object of schemas by name, so that `default` inside it is no keyword. */
export const namedKeywords: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'],
]);
