/** The result of one measurement: a table and remarks on how to read it. */
export interface Section {
  readonly title: string;
  /** Figures to quote, each with a label. */
  readonly summary: readonly (readonly [label: string, figure: string])[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly remarks: readonly string[];
}

export type Cell = string | number;

/** Converts rows to objects keyed by column. */
export function toObjects({ columns, rows }: Section): readonly Readonly<Record<string, Cell>>[] {
  return rows.map((row) => Object.fromEntries(row.map((cell, index) => [columns[index] ?? '', cell])));
}
