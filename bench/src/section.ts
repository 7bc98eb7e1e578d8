/** What one measurement found: a table, and what to know when reading it. */
export interface Section {
  readonly title: string;
  /** The figures to quote, each with what it is of. */
  readonly summary: readonly (readonly [what: string, figure: string])[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly remarks: readonly string[];
}

export type Cell = string | number;

/** The rows as objects whose members are named by the columns. */
export function toObjects({ columns, rows }: Section): readonly Readonly<Record<string, Cell>>[] {
  return rows.map((row) => Object.fromEntries(row.map((cell, index) => [columns[index] ?? '', cell])));
}
