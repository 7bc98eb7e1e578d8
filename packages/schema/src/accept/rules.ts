/** A schema without annotations. */
export type Rules = Readonly<Record<string, unknown>>;

/** Keywords that do not restrict a value. */
const annotations = new Set([
  ...['$schema', '$id', '$comment', '$defs', 'definitions', 'title', 'description', 'default', 'examples'],
  ...['deprecated', 'readOnly', 'writeOnly', 'x-view', 'x-column'],
]);

/** The keywords of a schema that restrict a value. */
export function rulesOf(schema: Rules): Rules {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !annotations.has(keyword)));
}

/** Whether rules have no other keywords than these. */
export function hasOnly(rules: Rules, keywords: readonly string[]): boolean {
  return Object.keys(rules).every((keyword) => keywords.includes(keyword));
}
