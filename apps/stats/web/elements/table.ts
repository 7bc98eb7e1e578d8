import { element, setLength, setText } from './dom.ts';

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
  /** Whether the text may wrap; other cells stay on one line. */
  readonly wraps?: boolean;
}

/** A text, a link, or an element such as a badge or a checkbox. */
export type Cell = string | { readonly text: string; readonly href: string } | HTMLElement;

/** Shows rows as a table, or a sentence if there are none. An existing table is updated in place. */
export function fillTable(
  target: HTMLElement,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  whenEmpty: string,
): void {
  if (rows.length === 0) {
    if (target.querySelector('table') !== null || target.textContent !== whenEmpty)
      target.replaceChildren(element('p', whenEmpty, { class: 'quiet' }));
    return;
  }
  const table = findTable(target, columns) ?? startTable(target, columns);
  const body = table.tBodies[0] ?? table.createTBody();
  const lines = setLength(body, rows.length, () => element('tr'));
  rows.forEach((row, index) => {
    const line = lines[index];
    if (line !== undefined) fillRow(line, columns, row);
  });
}

/** The table that is shown already, if it has these columns. */
function findTable(target: HTMLElement, columns: readonly Column[]): HTMLTableElement | undefined {
  const table = target.querySelector('table') ?? undefined;
  const shown = [...(table?.tHead?.rows[0]?.cells ?? [])].map(({ textContent }) => textContent);
  return shown.join('\n') === columns.map(({ title }) => title).join('\n') ? table : undefined;
}

function startTable(target: HTMLElement, columns: readonly Column[]): HTMLTableElement {
  const table = element('table');
  table
    .createTHead()
    .insertRow()
    .append(...columns.map(createHeading));
  target.replaceChildren(table);
  return table;
}

/** A checkbox column has no title, and an empty cell must not be marked up as a heading. */
function createHeading(column: Column): HTMLElement {
  const attributes = { class: classOf(column) };
  return column.title === ''
    ? element('td', '', attributes)
    : element('th', column.title, { scope: 'col', ...attributes });
}

function fillRow(line: Element, columns: readonly Column[], row: readonly Cell[]): void {
  const cells = setLength(line, columns.length, () => element('td'));
  columns.forEach((column, index) => {
    const cell = cells[index];
    if (cell === undefined) return;
    cell.className = classOf(column);
    fillCell(cell, row[index] ?? '');
  });
}

function fillCell(cell: Element, content: Cell): void {
  if (typeof content === 'string') setText(cell, content);
  else if (content instanceof HTMLElement) cell.replaceChildren(content);
  else fillLink(cell, content);
}

function fillLink(cell: Element, { text, href }: { readonly text: string; readonly href: string }): void {
  const link = cell.querySelector('a') ?? element('a');
  if (link.parentElement !== cell) cell.replaceChildren(link);
  setText(link, text);
  if (link.getAttribute('href') !== href) link.setAttribute('href', href);
}

const classOf = ({ isNumber, wraps }: Column) => (isNumber ? 'number' : wraps ? 'wraps' : '');
