/** How many characters and lines fit. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Lines that stay free below: the cursor's, and those of the prompt after Ctrl-C. */
const FREE_ROWS = 3;

/** The text in place of whatever the screen shows, without flicker; what does not fit is cut, since it would scroll. */
export function redraw(text: string, { columns, rows }: ScreenSize): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .slice(0, Math.max(1, rows - FREE_ROWS));
  return `\x1b[H${lines.map((line) => `${line.slice(0, columns)}\x1b[K\n`).join('')}\x1b[J`;
}

/** How many rows lines take that are wrapped where the screen ends. */
export function countRows(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
}
