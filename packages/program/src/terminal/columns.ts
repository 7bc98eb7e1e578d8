import { toPrintable } from './printable.ts';

/** Renders a table with right-aligned numbers. Control characters in cells are escaped. */
export function renderColumns(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = [headings, ...rows].map((cells) => cells.map(toPrintable));
  const columns = headings.map((_, column) => ({
    width: Math.max(...table.map((cells) => cells[column]?.length ?? 0)),
    isNumber: table.slice(1).every((cells) => isNumber(cells[column] ?? '')),
  }));
  const renderLine = (cells: readonly string[]) =>
    columns.map(({ width, isNumber }, column) => align(cells[column] ?? '', width, isNumber)).join('  ');
  return table.map((cells) => renderLine(cells).trimEnd()).join('\n');
}

function isNumber(cell: string): boolean {
  return /^(≥?[\d,.]+|-|n\/a)$/.test(cell);
}

function align(cell: string, width: number, toTheRight: boolean): string {
  return toTheRight ? cell.padStart(width) : cell.padEnd(width);
}
