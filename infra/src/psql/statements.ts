/** What was typed so far, cut into statements that are whole and the rest that is not. */
export interface Typed {
  readonly statements: readonly string[];
  readonly rest: string;
}

/**
 * Quoted texts and names, dollar-quoted texts and comments, in which a semicolon ends nothing; or one other character.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
const token = /'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|['"$]|[\s\S]/g;

/** Cuts typed text at the semicolons that end statements; a quote that is still open keeps its statement in the rest. */
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
