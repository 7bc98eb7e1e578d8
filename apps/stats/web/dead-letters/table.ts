import type { DeadLetterPage } from '../../src/api/dead-letters.ts';
import { element, find } from '../elements/dom.ts';
import { type Cell, fillTable } from '../elements/table.ts';
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
  const target = find('dead-letters');
  target.replaceChildren();
  const rows = letters.map((one) => [...(isReadOnly ? [] : [createCheckbox(one)]), ...cellsOf(one, filter)]);
  fillTable(target, isReadOnly ? columns : [{ title: '' }, ...columns], rows, 'No dead letters match.');
  if (!isReadOnly) target.querySelector('thead td')?.replaceChildren(createSelectAll());
}

function cellsOf(one: DeadLetter, filter: Filter): readonly Cell[] {
  return [
    { text: one.id, href: hrefOf({ ...filter, id: one.id }) },
    createStatus(one.status),
    one.reason,
    one.eventType === null ? '-' : toVisible(one.eventType, 40),
    toVisible(one.detail, 80),
    formatTime(one.failedAt),
    `${toVisible(one.topic, 40)}/${one.partition}@${one.offset}`,
    String(one.redriveCount),
  ];
}

/** A status as a badge. */
export const createStatus = (status: DeadLetter['status']) =>
  element('span', status, { class: status === 'open' ? 'badge warn' : 'badge' });

function createCheckbox({ id, status }: DeadLetter): Cell {
  if (status !== 'open') return '';
  return element('input', '', { type: 'checkbox', value: id, 'aria-label': `Select dead letter ${id}` });
}

function createSelectAll(): HTMLElement {
  const box = element('input', '', { type: 'checkbox', 'aria-label': 'Select all on this page' });
  box.onchange = () => {
    for (const one of boxes()) one.checked = box.checked;
  };
  return box;
}

const boxes = () => [...find('dead-letters').querySelectorAll<HTMLInputElement>('tbody input')];

/** The ids of the selected dead letters. */
export const selectedIds = () => boxes().flatMap(({ checked, value }) => (checked ? [value] : []));
