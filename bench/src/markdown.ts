import type { Cell, Section } from './section.ts';

/** Formats a section as Markdown: heading, table, remarks. */
export function toMarkdown({ title, columns, rows, remarks }: Section): string {
  return [`### ${title}`, toTable(columns, rows), ...remarks].join('\n\n');
}

/** Formats a Markdown table; columns with numbers are right-aligned. */
export function toTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const alignment = columns.map((_, index) => (rows.some((row) => isNumber(row[index])) ? '--:' : '---'));
  const lines = [columns, alignment, ...rows.map((row) => row.map(formatCell))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function isNumber(cell: Cell | undefined): boolean {
  return typeof cell === 'number';
}

/** Formats numbers with about three significant digits: 123,457, 12.3, 1.23. */
export function formatCell(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  const digits = Number.isInteger(cell) || Math.abs(cell) >= 100 ? 0 : Math.abs(cell) >= 10 ? 1 : 2;
  return cell.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
