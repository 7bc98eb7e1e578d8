import type { DeadLetterDetails } from '../src/api/dead-letters.ts';
import { getJson } from './api.ts';
import { fromBase64, toHexDump, toVisibleText } from './bytes.ts';
import { discard, redrive } from './dead-letter-actions.ts';
import { filterOf, hrefOf } from './dead-letter-query.ts';
import { element, find, setText } from './elements.ts';
import { reasons } from './reasons.ts';
import { fillTable } from './table.ts';
import { formatCount, formatTime, toVisible } from './text.ts';

/** More would be slow to draw, and is read by nobody. */
const HEX_BYTES = 4_096;

/** One letter: what is wrong with it, where it came from, what it holds, what was done about it. */
export async function showDeadLetterDetails(id: string): Promise<void> {
  setText(find('title'), `Dead letter ${toVisible(id, 20)}`);
  document.title = `Dead letter ${toVisible(id, 20)} · Kafka to Postgres`;
  const letter = await getJson<DeadLetterDetails>(`/api/dlq/${encodeURIComponent(id)}`);
  setText(find('summary'), `${letter.reason}: ${toVisible(letter.detail, 300)}`);
  const place = find('letter');
  place.hidden = false;
  place.replaceChildren(
    createBack(),
    ...(letter.isReadOnly || letter.status !== 'open' ? [] : [createActions(id)]),
    element('div', '', { id: 'results' }),
    createFacts(letter),
    ...createBytes('Value', letter.valueBase64, letter.valueBytes),
    ...createBytes('Key', letter.keyBase64, letter.keyBytes),
    ...createHeaders(letter),
    ...createHistory(letter),
  );
}

function createBack(): HTMLElement {
  const line = element('p');
  line.append(element('a', 'Back to the list', { href: hrefOf(filterOf(location.search)) }));
  return line;
}

function createActions(id: string): HTMLElement {
  const bar = element('div', '', { class: 'bar' });
  const choice = { name: `letter ${id}`, count: 1n, body: { ids: [id] } };
  for (const [name, act] of [
    ['Redrive', redrive],
    ['Discard', discard],
  ] as const) {
    const button = element('button', name, { type: 'button' });
    button.onclick = () => act(choice).then(() => showAgain(id));
    bar.append(button);
  }
  return bar;
}

/** The letter as it is now, below what was said about the attempt. */
async function showAgain(id: string): Promise<void> {
  const results = find('results');
  await showDeadLetterDetails(id);
  find('results').replaceWith(results);
}

function createFacts(letter: DeadLetterDetails): HTMLElement {
  const { path, message } = splitDetail(letter.detail);
  const list = element('dl', '', { class: 'facts' });
  const facts = [
    ['Status', letter.status],
    [
      'Reason',
      `${letter.reason}: ${reasons[letter.reason] ?? ''}` +
        (letter.sqlstate === null ? '' : `, SQLSTATE ${letter.sqlstate}`),
    ],
    ['Path of the error', path === '' ? '-' : toVisible(path, 300)],
    ['What is wrong', toVisible(message, 1_000)],
    ['Event type', letter.eventType === null ? '-' : toVisible(letter.eventType)],
    ['Failed at', `${formatTime(letter.failedAt)} UTC`],
    ['From topic', toVisible(letter.topic, 250)],
    ['Partition and offset', `${letter.partition} @ ${formatCount(letter.offset)}`],
    ['Redrives', String(letter.redriveCount)],
  ] as const;
  list.append(...facts.flatMap(([name, text]) => [element('dt', name), element('dd', text)]));
  return list;
}

/** What is wrong begins with where it is, as a JSON pointer. */
function splitDetail(detail: string): { readonly path: string; readonly message: string } {
  const [, path = '', message = detail] = /^(\/\S*) (.*)$/s.exec(detail) ?? [];
  return { path, message };
}

function createBytes(name: string, base64: string | null, length: number | null): readonly HTMLElement[] {
  if (base64 === null || length === null) return [element('h2', `${name}: none`)];
  const bytes = fromBase64(base64);
  const hex = bytes.subarray(0, HEX_BYTES);
  return [
    element('h2', `${name}: ${formatCount(BigInt(length))} bytes`),
    ...createDump(`${name} as text${ofAll(bytes.length, length)}`, toVisibleText(bytes)),
    ...createDump(`${name} as bytes${ofAll(hex.length, length)}`, toHexDump(hex)),
  ];
}

const ofAll = (shown: number, all: number) =>
  shown < all ? `, the first ${formatCount(BigInt(shown))} bytes` : '';

function createDump(name: string, text: string): readonly HTMLElement[] {
  const dump = element('pre', text, { 'aria-label': name, role: 'region' });
  dump.tabIndex = 0;
  return [element('p', name, { class: 'quiet' }), dump];
}

function createHeaders({ headers }: DeadLetterDetails): readonly HTMLElement[] {
  const rows = headers.map(({ name, valueBase64 }) => [
    toVisible(name),
    valueBase64 === null ? 'null' : toVisible(toVisibleText(fromBase64(valueBase64)), 500),
  ]);
  return createTable('Headers', [{ title: 'NAME' }, { title: 'VALUE' }], rows, 'None.');
}

const historyColumns = [{ title: 'WHEN (UTC)' }, { title: 'WHAT' }, { title: 'BY' }, { title: 'DETAIL' }];

function createHistory({ ancestors, actions, failedAt }: DeadLetterDetails): readonly HTMLElement[] {
  const rows = [
    ...ancestors.map((id) => [
      '',
      { text: `redriven as letter ${id}`, href: `/dead-letters?id=${id}` },
      '',
      'failed again as this letter',
    ]),
    [formatTime(failedAt), 'failed', 'consumer', ''],
    ...actions.map(({ at, action, outcome, by, detail }) => [
      formatTime(at),
      `${action} ${outcome}`,
      toVisible(by),
      toVisible(detail, 300),
    ]),
  ];
  return createTable('History', historyColumns, rows, '');
}

function createTable(
  name: string,
  columns: readonly { readonly title: string }[],
  rows: Parameters<typeof fillTable>[2],
  whenEmpty: string,
): readonly HTMLElement[] {
  const place = element('section', '', { class: 'scroll', 'aria-label': name });
  place.tabIndex = 0;
  fillTable(place, columns, rows, whenEmpty);
  return [element('h2', name), place];
}
