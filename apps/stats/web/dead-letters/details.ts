import type { DeadLetterDetails } from '../../src/api/dead-letters.ts';
import { getJson } from '../api.ts';
import { element, find, setText } from '../elements/dom.ts';
import { setTitle } from '../elements/header.ts';
import { type Column, fillTable } from '../elements/table.ts';
import { formatCount } from '../format/numbers.ts';
import { describeReason } from '../format/reasons.ts';
import { fromBase64, toHexDump, toVisible, toVisibleText } from '../format/text.ts';
import { formatTime, zoneName } from '../format/time.ts';
import { discard, redrive } from './actions.ts';
import { filterOf, hrefOf } from './query.ts';
import { createStatus } from './table.ts';

/** Larger dumps would be slow to draw. */
const MAX_HEX_BYTES = 4_096;

/**
 * Shows one dead letter: its error, origin, bytes and history.
 * @throws ApiError
 */
export async function showDeadLetterDetails(id: string): Promise<void> {
  const title = `Dead letter ${toVisible(id, 20)}`;
  setText(find('title'), title);
  setTitle(title);
  const deadLetter = await getJson<DeadLetterDetails>(`/api/dlq/${encodeURIComponent(id)}`);
  setText(find('summary'), `${deadLetter.reason}: ${toVisible(deadLetter.detail, 300)}`);
  const target = find('dead-letter');
  target.hidden = false;
  target.replaceChildren(
    createBar(deadLetter),
    element('div', '', { id: 'results' }),
    createPair(
      createPanel('Record', createFacts(deadLetter)),
      createPanel('History', createHistory(deadLetter)),
    ),
    ...createBytes('Value', deadLetter.valueBase64, deadLetter.valueBytes),
    ...createBytes('Key', deadLetter.keyBase64, deadLetter.keyBytes),
    createPanel('Headers', createHeaders(deadLetter)),
  );
}

function createBar({ id, status, isReadOnly }: DeadLetterDetails): HTMLElement {
  const bar = element('div', '', { class: 'bar' });
  bar.append(element('a', 'Back to the list', { href: hrefOf(filterOf(location.search)) }));
  if (isReadOnly || status !== 'open') return bar;
  const selection = { name: `dead letter ${id}`, count: 1n, body: { ids: [id] } };
  for (const [name, act] of [
    ['Redrive', redrive],
    ['Discard', discard],
  ] as const) {
    const button = element('button', name, { type: 'button' });
    button.onclick = () => act(selection).then(() => reload(id));
    bar.append(button);
  }
  return bar;
}

/** Shows the new state, and keeps the result of the action. */
async function reload(id: string): Promise<void> {
  const results = find('results');
  await showDeadLetterDetails(id);
  find('results').replaceWith(results);
}

function createPanel(title: string, ...content: readonly HTMLElement[]): HTMLElement {
  const panel = element('section', '', { class: 'panel' });
  panel.append(element('h2', title), ...content);
  return panel;
}

/** Two panels, next to each other if there is room. */
function createPair(...panels: readonly HTMLElement[]): HTMLElement {
  const pair = element('div', '', { class: 'pair wide' });
  pair.append(...panels);
  return pair;
}

function createFacts(deadLetter: DeadLetterDetails): HTMLElement {
  const { reason, sqlstate, eventType, failedAt, topic, partition, offset, redriveCount } = deadLetter;
  const { path, message } = splitDetail(deadLetter.detail);
  const list = element('dl', '', { class: 'facts' });
  const facts = [
    ['Status', createStatus(deadLetter.status)],
    ['Reason', `${reason}: ${describeReason(reason)}${sqlstate === null ? '' : `, SQLSTATE ${sqlstate}`}`],
    ['Path of the error', path === '' ? '-' : toVisible(path, 300)],
    ['Error', toVisible(message, 1_000)],
    ['Event type', eventType === null ? '-' : toVisible(eventType)],
    ['Failed at', `${formatTime(failedAt)} ${zoneName}`],
    ['Topic', toVisible(topic, 250)],
    ['Partition and offset', `${partition} @ ${formatCount(offset)}`],
    ['Redrives', String(redriveCount)],
  ] as const;
  for (const [name, content] of facts) {
    const value = element('dd');
    value.append(content);
    list.append(element('dt', name), value);
  }
  return list;
}

/** The detail of a validation error begins with the path of the value, as a JSON pointer. */
function splitDetail(detail: string): { readonly path: string; readonly message: string } {
  const [, path = '', message = detail] = /^(\/\S*) (.*)$/s.exec(detail) ?? [];
  return { path, message };
}

function createBytes(name: string, base64: string | null, length: number | null): readonly HTMLElement[] {
  if (base64 === null || length === null) return [createPanel(`${name}: none`)];
  const bytes = fromBase64(base64);
  const hex = bytes.subarray(0, MAX_HEX_BYTES);
  return [
    createPanel(
      `${name}: ${formatCount(BigInt(length))} bytes`,
      ...createDump(`${name} as text${ofAll(bytes.length, length)}`, toVisibleText(bytes)),
      ...createDump(`${name} as bytes${ofAll(hex.length, length)}`, toHexDump(hex)),
    ),
  ];
}

const ofAll = (shown: number, all: number) =>
  shown < all ? `, the first ${formatCount(BigInt(shown))} bytes` : '';

function createDump(name: string, text: string): readonly HTMLElement[] {
  const dump = element('pre', text, { 'aria-label': name, role: 'region', tabindex: '0' });
  return [element('p', name, { class: 'quiet' }), dump];
}

function createHeaders({ headers }: DeadLetterDetails): HTMLElement {
  const rows = headers.map(({ name, valueBase64 }) => [
    toVisible(name),
    valueBase64 === null ? 'null' : toVisible(toVisibleText(fromBase64(valueBase64)), 500),
  ]);
  return createTable('Headers', [{ title: 'Name' }, { title: 'Value', wraps: true }], rows);
}

const historyColumns = [
  { title: `Time (${zoneName})` },
  { title: 'Event', wraps: true },
  { title: 'By' },
  { title: 'Detail', wraps: true },
];

function createHistory({ ancestors, actions, failedAt }: DeadLetterDetails): HTMLElement {
  const rows = [
    ...ancestors.map((id) => [
      '',
      { text: `redriven as dead letter ${id}`, href: `/dead-letters?id=${id}` },
      '',
      'failed again as this dead letter',
    ]),
    [formatTime(failedAt), 'failed', 'consumer', ''],
    ...actions.map(({ at, action, outcome, by, detail }) => [
      formatTime(at),
      `${action} ${outcome}`,
      toVisible(by),
      toVisible(detail, 300),
    ]),
  ];
  return createTable('History', historyColumns, rows);
}

function createTable(
  name: string,
  columns: readonly Column[],
  rows: Parameters<typeof fillTable>[2],
): HTMLElement {
  const target = element('section', '', { class: 'scroll', 'aria-label': `Table: ${name}`, tabindex: '0' });
  fillTable(target, columns, rows, 'None.');
  return target;
}
