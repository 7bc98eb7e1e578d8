import { html, nothing, type TemplateResult } from 'lit-html';
import type { DeadLetterPage } from '../../src/api/dead-letters.ts';
import { find, show } from '../elements/dom.ts';
import { type Cell, type Column, linkTo, tableOf } from '../elements/table.ts';
import { toVisible } from '../format/text.ts';
import { formatTime, zoneName } from '../format/time.ts';
import { type Filter, hrefOf } from './query.ts';

type DeadLetter = DeadLetterPage['letters'][number];

const columns: readonly Column<DeadLetter>[] = [
  ['Status', ({ status }) => badgeOf(status)],
  ['Reason', ({ reason }) => reason],
  ['Event type', ({ eventType }) => (eventType === null ? '-' : toVisible(eventType, 40))],
  ['Error', ({ detail }) => toVisible(detail, 80), 'wraps'],
  [`Failed at (${zoneName})`, ({ failedAt }) => formatTime(failedAt)],
  ['Source', (one) => `${toVisible(one.topic, 40)}/${one.partition}@${one.offset}`, 'wraps'],
  ['Redrives', ({ redriveCount }) => String(redriveCount), 'number'],
];

/** Shows a page of dead letters, with checkboxes unless the server is read-only. */
export function showDeadLetters({ letters, isReadOnly }: DeadLetterPage, filter: Filter): void {
  const selection: readonly Column<DeadLetter>[] = isReadOnly ? [] : [[selectAll, checkboxOf]];
  const id: Column<DeadLetter> = ['Id', (one) => linkTo(hrefOf({ ...filter, id: one.id }), one.id)];
  // Updated in place, a checkbox would stay checked for another dead letter.
  show('dead-letters', nothing);
  show('dead-letters', tableOf([...selection, id, ...columns], letters, 'No dead letters match.'));
}

export const badgeOf = (status: DeadLetter['status']): TemplateResult =>
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
