import { html, nothing } from 'lit-html';
import type { DeadLetterPage } from '../../src/api/dead-letters.ts';
import { find, show } from '../elements/dom.ts';
import { type Cell, linkTo, tableOf } from '../elements/table.ts';
import { toVisible } from '../format/text.ts';
import { formatTime, zoneName } from '../format/time.ts';
import { type Filter, hrefOf } from './query.ts';

const columns = [
  { title: 'Id' },
  { title: 'Status' },
  { title: 'Reason' },
  { title: 'Event type' },
  { title: 'Error', wraps: true },
  { title: `Failed at (${zoneName})` },
  { title: 'Source', wraps: true },
  { title: 'Redrives', isNumber: true },
];

type DeadLetter = DeadLetterPage['letters'][number];

/** Shows a page of dead letters, with checkboxes unless the server is read-only. */
export function showDeadLetters({ letters, isReadOnly }: DeadLetterPage, filter: Filter): void {
  const rows = letters.map((one) => [...(isReadOnly ? [] : [checkboxOf(one)]), ...cellsOf(one, filter)]);
  const shown = isReadOnly ? columns : [{ title: selectAll }, ...columns];
  // Updated in place, a checkbox would stay checked for another dead letter.
  show('dead-letters', nothing);
  show('dead-letters', tableOf(shown, rows, 'No dead letters match.'));
}

function cellsOf(one: DeadLetter, filter: Filter): readonly Cell[] {
  return [
    linkTo(hrefOf({ ...filter, id: one.id }), one.id),
    badgeOf(one.status),
    one.reason,
    one.eventType === null ? '-' : toVisible(one.eventType, 40),
    toVisible(one.detail, 80),
    formatTime(one.failedAt),
    `${toVisible(one.topic, 40)}/${one.partition}@${one.offset}`,
    String(one.redriveCount),
  ];
}

export const badgeOf = (status: DeadLetter['status']) =>
  html`<span class=${status === 'open' ? 'badge warn' : 'badge'}>${status}</span>`;

function checkboxOf({ id, status }: DeadLetter): Cell {
  if (status !== 'open') return '';
  return html`<input type="checkbox" value=${id} aria-label=${`Select dead letter ${id}`}>`;
}

const selectAll = html`<input type="checkbox" aria-label="Select all on this page" @change=${checkAll}>`;

function checkAll({ target }: { readonly target: HTMLInputElement }): void {
  for (const one of boxes()) one.checked = target.checked;
}

const boxes = () => [...find('dead-letters').querySelectorAll<HTMLInputElement>('tbody input')];

/** The ids of the selected dead letters. */
export const selectedIds = () => boxes().flatMap(({ checked, value }) => (checked ? [value] : []));
