import { html, nothing, type TemplateResult } from 'lit-html';
import type { DeadLetterDetails } from '../../src/api/dead-letters.ts';
import { getJson } from '../api.ts';
import { find, show } from '../elements/dom.ts';
import { setTitle } from '../elements/header.ts';
import { type Cell, type Column, linkTo, tableOf } from '../elements/table.ts';
import { formatCount } from '../format/numbers.ts';
import { describeReason } from '../format/reasons.ts';
import { fromBase64, toHexDump, toVisible, toVisibleText } from '../format/text.ts';
import { formatTime, zoneName } from '../format/time.ts';
import { discard, redrive } from './actions.ts';
import { filterOf, hrefOf } from './query.ts';
import { badgeOf } from './table.ts';

/** Larger dumps would be slow to draw. */
const MAX_HEX_BYTES = 4_096;

/**
 * Shows one dead letter: its error, origin, bytes and history.
 * @throws Error with one line for the user
 */
export async function showDeadLetterDetails(id: string): Promise<void> {
  const title = `Dead letter ${toVisible(id, 20)}`;
  show('title', title);
  setTitle(title);
  const deadLetter = await getJson<DeadLetterDetails>(`api/dlq/${encodeURIComponent(id)}`);
  show('summary', `${deadLetter.reason}: ${toVisible(deadLetter.detail, 300)}`);
  find('dead-letter').hidden = false;
  show('dead-letter', detailsOf(deadLetter));
}

/** Rendered again after an action, it keeps the results of the action. */
function detailsOf(deadLetter: DeadLetterDetails): TemplateResult {
  const history = scrollable('History', historyColumns, entriesOf(deadLetter));
  const headers = scrollable('Headers', headerColumns, deadLetter.headers);
  return html`${actionsOf(deadLetter)}
    <div id="results"></div>
    <div class="pair wide">
      ${panelOf('Record', factsOf(deadLetter))}${panelOf('History', history)}
    </div>
    ${bytesOf('Value', deadLetter.valueBase64, deadLetter.valueBytes)}
    ${bytesOf('Key', deadLetter.keyBase64, deadLetter.keyBytes)}
    ${panelOf('Headers', headers)}`;
}

function actionsOf({ id, status, isReadOnly }: DeadLetterDetails): TemplateResult {
  const selection = { name: `dead letter ${id}`, count: 1n, body: { ids: [id] } };
  const button = (name: string, act: typeof redrive) => {
    const run = () => act(selection).then(() => showDeadLetterDetails(id));
    return html`<button type="button" @click=${run}>${name}</button>`;
  };
  const isPossible = !isReadOnly && status === 'open';
  return html`<div class="bar">
    ${linkTo(hrefOf(filterOf(location.search)), 'Back to the list')}
    ${isPossible ? [button('Redrive', redrive), button('Discard', discard)] : nothing}
  </div>`;
}

const panelOf = (title: string, content: unknown) =>
  html`<section class="panel"><h2>${title}</h2>${content}</section>`;

function factsOf(deadLetter: DeadLetterDetails): TemplateResult {
  const { reason, sqlstate, eventType, failedAt, topic, partition, offset, redriveCount } = deadLetter;
  const { path, message } = splitDetail(deadLetter.detail);
  const facts: readonly (readonly [string, Cell])[] = [
    ['Status', badgeOf(deadLetter.status)],
    ['Reason', `${reason}: ${describeReason(reason)}${sqlstate === null ? '' : `, SQLSTATE ${sqlstate}`}`],
    ['Path of the error', path === '' ? '-' : toVisible(path, 300)],
    ['Error', toVisible(message, 1_000)],
    ['Event type', eventType === null ? '-' : toVisible(eventType)],
    ['Failed at', `${formatTime(failedAt)} ${zoneName}`],
    ['Topic', toVisible(topic, 250)],
    ['Partition and offset', `${partition} @ ${formatCount(offset)}`],
    ['Redrives', String(redriveCount)],
  ];
  const rows = facts.map(([name, content]) => html`<dt>${name}</dt><dd>${content}</dd>`);
  return html`<dl class="facts">${rows}</dl>`;
}

/** The detail of a validation error begins with the path of the value, as a JSON pointer. */
function splitDetail(detail: string): { readonly path: string; readonly message: string } {
  const [, path = '', message = detail] = /^(\/\S*) (.*)$/s.exec(detail) ?? [];
  return { path, message };
}

function bytesOf(name: string, base64: string | null, length: number | null): TemplateResult {
  if (base64 === null || length === null) return panelOf(`${name}: none`, nothing);
  const bytes = fromBase64(base64);
  const hex = bytes.subarray(0, MAX_HEX_BYTES);
  return panelOf(`${name}: ${formatCount(BigInt(length))} bytes`, [
    dumpOf(`${name} as text${ofAll(bytes.length, length)}`, toVisibleText(bytes)),
    dumpOf(`${name} as bytes${ofAll(hex.length, length)}`, toHexDump(hex)),
  ]);
}

const ofAll = (shown: number, all: number) =>
  shown < all ? `, the first ${formatCount(BigInt(shown))} bytes` : '';

const dumpOf = (name: string, text: string) => html`<p class="quiet">${name}</p>
  <pre aria-label=${name} role="region" tabindex="0">${text}</pre>`;

const headerColumns: readonly Column<DeadLetterDetails['headers'][number]>[] = [
  ['Name', ({ name }) => toVisible(name)],
  ['Value', ({ valueBase64: value }) => (value === null ? 'null' : toVisible(textOf(value), 500)), 'wraps'],
];

const textOf = (base64: string) => toVisibleText(fromBase64(base64));

/** An entry of the history: an action, or an earlier dead letter, of which less is known. */
type Entry = Partial<DeadLetterDetails['actions'][number]> & { readonly event: Cell };

const historyColumns: readonly Column<Entry>[] = [
  [`Time (${zoneName})`, ({ at = '' }) => formatTime(at)],
  ['Event', ({ event }) => event, 'wraps'],
  ['By', ({ by = '' }) => toVisible(by)],
  ['Detail', ({ detail = '' }) => toVisible(detail, 300), 'wraps'],
];

function entriesOf({ ancestors, actions, failedAt }: DeadLetterDetails): readonly Entry[] {
  return [
    ...ancestors.map((id) => ({
      event: linkTo(`dead-letters?id=${id}`, `redriven as dead letter ${id}`),
      detail: 'failed again as this dead letter',
    })),
    { at: failedAt, event: 'failed', by: 'consumer' },
    ...actions.map((one) => ({ ...one, event: `${one.action} ${one.outcome}` })),
  ];
}

const scrollable = <Row>(name: string, columns: readonly Column<Row>[], rows: readonly Row[]) =>
  html`<section class="scroll" aria-label=${`Table: ${name}`} tabindex="0">
    ${tableOf(columns, rows, 'None.')}
  </section>`;
