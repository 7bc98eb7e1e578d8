/** Formats a row for COPY in its text format: https://www.postgresql.org/docs/current/sql-copy.html */
export function toCopyLine(fields: readonly string[]): string {
  return `${fields.map(escapeField).join('\t')}\n`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapeField(field: string): string {
  return field.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}
