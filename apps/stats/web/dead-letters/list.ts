import { html, nothing, type TemplateResult } from 'lit-html';
import type { DeadLetterPage } from '../../src/api/dead-letters.ts';
import { getJson } from '../api.ts';
import { find, show } from '../elements/dom.ts';
import { linkTo } from '../elements/table.ts';
import { formatCount, formatThings } from '../format/numbers.ts';
import { toVisible } from '../format/text.ts';
import { discard, redrive, type Selection } from './actions.ts';
import { showFilters } from './filters.ts';
import { type Filter, filterOf, hrefOf } from './query.ts';
import { showNotice } from './results.ts';
import { selectedIds, showDeadLetters } from './table.ts';

const PAGE_SIZE = 50;

/**
 * Shows the list that the URL describes.
 * @throws Error with one line for the user
 */
export async function showList(): Promise<void> {
  const filter = filterOf(location.search);
  showFilters(filter);
  find('list').hidden = false;
  await load(filter);
}

async function load(filter: Filter): Promise<void> {
  const before = new URLSearchParams(location.search).get('before') ?? '';
  const page = await getPage({ ...filter, limit: String(PAGE_SIZE), ...(before ? { before } : {}) });
  show('summary', describe(page, filter));
  showDeadLetters(page, filter);
  showExports(filter);
  showPages(page, filter, before);
  await showActions(page, filter, before);
}

const getPage = (query: Readonly<Record<string, string>>) =>
  getJson<DeadLetterPage>(`api/dlq?${new URLSearchParams(query)}`);

/** Limits an action to the dead letters that were counted: not those that fail later or were not searched. */
async function boundsOf({ letters, lookedAt }: DeadLetterPage, filter: Filter, before: string) {
  if (lookedAt !== null) return { after: String(BigInt(lookedAt.from) - 1n), upTo: lookedAt.upTo };
  const upTo = before === '' ? letters[0]?.id : (await getPage({ ...filter, limit: '1' })).letters[0]?.id;
  return upTo === undefined ? {} : { upTo };
}

function describe({ matching, lookedAt }: DeadLetterPage, filter: Filter): string {
  const count = formatThings(matching, 'dead letter');
  if (Object.keys(filter).length === 0) return `${count} in total`;
  const found = `${count} ${matching === '1' ? 'matches' : 'match'}`;
  if (lookedAt === null) return found;
  return `${found} between ids ${formatCount(lookedAt.from)} and ${formatCount(lookedAt.upTo)}`;
}

function showPages({ letters, matching, lookedAt }: DeadLetterPage, filter: Filter, before: string): void {
  const oldest = letters.at(-1)?.id;
  const isMore = letters.length === PAGE_SIZE && BigInt(matching) > BigInt(PAGE_SIZE);
  const link = (name: string, from?: string) => linkTo(hrefOf({ ...filter, before: from }), name);
  show('pages', [
    before === '' ? nothing : link('Newest'),
    isMore ? link('Older', oldest) : nothing,
    lookedAt === null ? nothing : link('Search older dead letters', lookedAt.from),
  ]);
}

/** The files contain all dead letters that match, not only this page. */
function showExports(filter: Filter): void {
  const link = (format: string, name: string) => {
    const href = `api/dlq/export?${new URLSearchParams({ ...filter, format })}`;
    return html`<a href=${href} download>${name}</a>`;
  };
  const [csv, ndjson] = [link('csv', 'CSV (without values)'), link('ndjson', 'NDJSON (only values)')];
  show('exports', html`Export all that match: ${csv} · ${ndjson}`);
}

/** Only open dead letters can be redriven or discarded. */
async function showActions(page: DeadLetterPage, filter: Filter, before: string): Promise<void> {
  if (page.isReadOnly) return show('actions', html`<p class="quiet">${readOnlyNote}</p>`);
  const [open, bounds] = await Promise.all([countOpen(page, filter, before), boundsOf(page, filter, before)]);
  const { status: _, ...others } = filter;
  const all: Selection = {
    name: `all ${formatThings(open, 'open dead letter')} that match`,
    count: open,
    body: { ...others, all: true, ...bounds },
  };
  show('actions', [
    actionOf('Redrive selected', () => withSelected(redrive), filter),
    actionOf('Discard selected', () => withSelected(discard), filter),
    actionOf(`Redrive all ${formatCount(open)} open`, () => redrive(all), filter, open > 0n),
    actionOf(`Discard all ${formatCount(open)} open`, () => discard(all), filter, open > 0n),
    html`<span class="quiet">Recorded as ${toVisible(page.actingUser ?? '', 100)}</span>`,
  ]);
}

const readOnlyNote =
  'Read-only. To redrive or discard, start the stats server with STATS_READ_ONLY=false, or use "stats dlq".';

async function countOpen({ matching }: DeadLetterPage, filter: Filter, before: string): Promise<bigint> {
  if (filter.status === 'open') return BigInt(matching);
  if (filter.status !== undefined) return 0n;
  const query = { ...filter, status: 'open', limit: '1', ...(before ? { before } : {}) };
  return BigInt((await getPage(query)).matching);
}

async function withSelected(act: (selection: Selection) => Promise<void>): Promise<void> {
  const ids = selectedIds();
  if (ids.length === 0) return showNotice('No dead letter is selected.');
  const name = ids.length === 1 ? `dead letter ${ids[0]}` : `the ${ids.length} selected dead letters`;
  await act({ name, count: BigInt(ids.length), body: { ids } });
}

/** A button that disables all actions while it works, and reloads the list afterwards. */
function actionOf(name: string, act: () => Promise<void>, filter: Filter, isPossible = true): TemplateResult {
  const run = async () => {
    const actions = find('actions') as HTMLFieldSetElement;
    actions.disabled = true;
    await act();
    await load(filter).catch((error) => show('summary', String(error.message)));
    actions.disabled = false;
  };
  return html`<button type="button" ?disabled=${!isPossible} @click=${run}>${name}</button>`;
}
