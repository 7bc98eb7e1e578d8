import { element, setLength, setText } from './elements.ts';

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** A text, or one that leads somewhere. */
export type Cell = string | { readonly text: string; readonly href: string };

/** Shows rows as a table, or a sentence where there are none. The table that is there already is changed, not replaced. */
export function fillTable(
  place: HTMLElement,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  whenEmpty: string,
): void {
  if (rows.length === 0) {
    if (place.querySelector('table') !== null || place.textContent !== whenEmpty)
      place.replaceChildren(element('p', whenEmpty));
    return;
  }
  const table = place.querySelector('table') ?? startTable(place, columns);
  const body = table.tBodies[0] ?? table.createTBody();
  const lines = setLength(body, rows.length, () => element('tr'));
  rows.forEach((row, at) => {
    const line = lines[at];
    if (line !== undefined) fillRow(line, columns, row);
  });
}

function startTable(place: HTMLElement, columns: readonly Column[]): HTMLTableElement {
  const table = element('table');
  const head = table.createTHead().insertRow();
  head.append(
    ...columns.map((column) => element('th', column.title, { scope: 'col', class: classOf(column) })),
  );
  place.replaceChildren(table);
  return table;
}

function fillRow(line: Element, columns: readonly Column[], row: readonly Cell[]): void {
  const cells = setLength(line, columns.length, () => element('td'));
  columns.forEach((column, at) => {
    const cell = cells[at];
    if (cell === undefined) return;
    cell.className = classOf(column);
    fillCell(cell, row[at] ?? '');
  });
}

function fillCell(cell: Element, content: Cell): void {
  if (typeof content === 'string') {
    setText(cell, content);
    return;
  }
  const link = cell.querySelector('a') ?? element('a');
  if (link.parentElement !== cell) cell.replaceChildren(link);
  setText(link, content.text);
  if (link.getAttribute('href') !== content.href) link.setAttribute('href', content.href);
}

const classOf = ({ isNumber }: Column) => (isNumber ? 'number' : '');
