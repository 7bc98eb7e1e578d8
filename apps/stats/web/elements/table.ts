import { html, type TemplateResult } from 'lit-html';

/** A text, or a template such as a link, a badge or a checkbox. */
export type Cell = string | TemplateResult;

/** A column: numbers are aligned to the right, and only text that `wraps` takes several lines. */
export type Column<Row> = readonly [title: Cell, cellOf: (row: Row) => Cell, style?: 'number' | 'wraps'];

/** Rows as a table, or a sentence if there are none. */
export function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  whenEmpty: string,
): TemplateResult {
  if (rows.length === 0) return html`<p class="quiet">${whenEmpty}</p>`;
  const cellsOf = (row: Row) =>
    columns.map(([, cellOf, style]) => html`<td class=${style ?? ''}>${cellOf(row)}</td>`);
  return html`<table>
    <thead><tr>${columns.map(headingOf)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${cellsOf(row)}</tr>`)}</tbody>
  </table>`;
}

/** A checkbox must not be marked up as a heading. */
const headingOf = ([title, , style]: Column<never>) =>
  typeof title === 'string'
    ? html`<th scope="col" class=${style ?? ''}>${title}</th>`
    : html`<td>${title}</td>`;

export const linkTo = (href: string, text: string): TemplateResult => html`<a href=${href}>${text}</a>`;
