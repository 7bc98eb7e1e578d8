import { html, type TemplateResult } from 'lit-html';

export interface Column {
  /** A text, or a template such as a checkbox. */
  readonly title: Cell;
  readonly isNumber?: boolean;
  /** Whether the text may wrap; other cells stay on one line. */
  readonly wraps?: boolean;
}

/** A text, or a template such as a link, a badge or a checkbox. */
export type Cell = string | TemplateResult;

/** Rows as a table, or a sentence if there are none. */
export function tableOf(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  whenEmpty: string,
): TemplateResult {
  if (rows.length === 0) return html`<p class="quiet">${whenEmpty}</p>`;
  const cellsOf = (row: readonly Cell[]) =>
    columns.map((column, index) => html`<td class=${classOf(column)}>${row[index]}</td>`);
  return html`<table>
    <thead><tr>${columns.map(headingOf)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${cellsOf(row)}</tr>`)}</tbody>
  </table>`;
}

/** A checkbox must not be marked up as a heading. */
function headingOf(column: Column): TemplateResult {
  return typeof column.title === 'string'
    ? html`<th scope="col" class=${classOf(column)}>${column.title}</th>`
    : html`<td>${column.title}</td>`;
}

const classOf = ({ isNumber, wraps }: Column) => (isNumber ? 'number' : wraps ? 'wraps' : '');

export const linkTo = (href: string, text: string): TemplateResult => html`<a href=${href}>${text}</a>`;
