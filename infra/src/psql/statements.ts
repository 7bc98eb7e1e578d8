/** Input split into complete statements and an incomplete rest. */
export interface Typed {
  readonly statements: readonly string[];
  readonly rest: string;
}

/**
 * Quoted strings and identifiers, dollar-quoted strings and comments, which may contain semicolons; or any
 * other character.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
const token = /'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|['"$]|[\s\S]/g;

/** Splits input at the semicolons that end statements; a statement with an open quote stays in the rest. */
export function splitStatements(text: string): Typed {
  const statements: string[] = [];
  let start = 0;
  for (const { 0: part, index } of text.matchAll(token)) {
    if (part === "'" || part === '"') break;
    if (part !== ';') continue;
    statements.push(text.slice(start, index).trim());
    start = index + 1;
  }
  return { statements: statements.filter(Boolean), rest: text.slice(start).trimStart() };
}
