/** Stands for the schema in statements, but must not do so in names and texts of a definition. */
const placeholder = /pipeline\./g;

/** A name in SQL, whatever characters it has. */
export function quoteName(name: string): string {
  const quoted = name.replaceAll('"', '""');
  if (!name.includes('pipeline.')) return `"${quoted}"`;
  return `u&"${quoted.replaceAll('\\', '\\\\').replaceAll(placeholder, 'pipeline\\002e')}"`;
}

/** A text in SQL, whatever characters it has. */
export function quoteText(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "''");
  const isPlain = escaped === text.replaceAll("'", "''") && !text.includes('pipeline.');
  return isPlain ? `'${escaped}'` : `E'${escaped.replaceAll(placeholder, 'pipeline\\x2e')}'`;
}
