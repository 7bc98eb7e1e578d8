/** The size of a terminal in characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Lines that stay free below: the cursor's and those of the prompt after Ctrl-C. */
const FREE_ROWS = 3;

/**
 * Replaces the content of the screen without flicker. Text that does not fit is cut off, because it would
 * scroll.
 */
export function redraw(text: string, { columns, rows }: ScreenSize): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .slice(0, Math.max(1, rows - FREE_ROWS));
  return `\x1b[H${lines.map((line) => `${line.slice(0, columns)}\x1b[K\n`).join('')}\x1b[J`;
}

/** The number of rows that lines take once they wrap. */
export function countRows(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
}
