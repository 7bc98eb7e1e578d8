/** Rows in the format of psql: column names, a rule, one line per row, and the number of rows. */
export function formatTable(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const count = `(${rows.length} row${rows.length === 1 ? '' : 's'})`;
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) return count;
  const cells = rows.map((row) => names.map((name) => formatCell(row[name])));
  const widths = names.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[], gap: string, fill = ' ') =>
    texts.map((text, column) => fill + text.padEnd(widths[column] ?? 0, fill) + fill).join(gap);
  const rule = line(
    names.map(() => ''),
    '+',
    '-',
  );
  return [line(names, '|'), rule, ...cells.map((row) => line(row, '|')), count].join('\n');
}

/** Escapes control characters, so that no value can control the terminal. */
function formatCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
