import type { DeadLetterPage } from '../src/api/dead-letters.ts';
import { type Filter, hrefOf } from './dead-letter-query.ts';
import { element, find } from './elements.ts';
import { formatTime, toVisible } from './text.ts';

const titles = [
  'ID',
  'REASON',
  'EVENT TYPE',
  'WHAT IS WRONG',
  'FAILED AT (UTC)',
  'FROM',
  'REDRIVES',
  'STATUS',
];

type Letter = DeadLetterPage['letters'][number];

/** Letters with a box to tick, where something can be done about them. */
export function showDeadLetters({ letters, isReadOnly }: DeadLetterPage, filter: Filter): void {
  const place = find('letters');
  if (letters.length === 0) {
    place.replaceChildren(element('p', 'No letter matches.'));
    return;
  }
  const table = element('table');
  const head = table.createTHead().insertRow();
  const columns = isReadOnly ? titles : ['', ...titles];
  head.append(
    ...columns.map((title) => (title === '' ? createSelectAll() : element('th', title, { scope: 'col' }))),
  );
  const body = table.createTBody();
  for (const letter of letters) {
    const cells = cellsOf(letter, filter);
    body.insertRow().append(...(isReadOnly ? cells : [createCheckbox(letter), ...cells]));
  }
  place.replaceChildren(table);
}

function cellsOf(letter: Letter, filter: Filter): readonly HTMLElement[] {
  const { id, reason, eventType, detail, failedAt, topic, partition, offset, redriveCount, status } = letter;
  const link = element('td');
  link.append(element('a', id, { href: hrefOf({ ...filter, id }) }));
  const texts = [
    reason,
    eventType === null ? '-' : toVisible(eventType, 40),
    toVisible(detail, 80),
    formatTime(failedAt),
    `${toVisible(topic, 40)}/${partition}@${offset}`,
    String(redriveCount),
    status,
  ];
  return [link, ...texts.map((text) => element('td', text))];
}

function createCheckbox({ id, status }: Letter): HTMLElement {
  const cell = element('td');
  if (status === 'open')
    cell.append(element('input', '', { type: 'checkbox', value: id, 'aria-label': `Select letter ${id}` }));
  return cell;
}

function createSelectAll(): HTMLElement {
  const cell = element('th', '', { scope: 'col' });
  const box = element('input', '', { type: 'checkbox', 'aria-label': 'Select all on this page' });
  box.onchange = () => {
    for (const one of boxes()) one.checked = box.checked;
  };
  cell.append(box);
  return cell;
}

const boxes = () => [...find('letters').querySelectorAll<HTMLInputElement>('td input')];

/** The letters that are ticked. */
export const selectedIds = () => boxes().flatMap(({ checked, value }) => (checked ? [value] : []));
