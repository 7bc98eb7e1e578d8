import type { DeadLetterPage } from '../src/api/dead-letters.ts';
import { getJson } from './api.ts';
import { type Choice, discard, redrive } from './dead-letter-actions.ts';
import { showFilters } from './dead-letter-filters.ts';
import { type Filter, filterOf, hrefOf } from './dead-letter-query.ts';
import { selectedIds, showDeadLetters } from './dead-letter-table.ts';
import { element, find, setText } from './elements.ts';
import { formatCount, formatThings } from './text.ts';

const PAGE = 50;

/** The list that the URL describes. */
export async function showList(): Promise<void> {
  const filter = filterOf(location.search);
  showFilters(filter);
  find('list').hidden = false;
  await load(filter);
}

async function load(filter: Filter): Promise<void> {
  const before = new URLSearchParams(location.search).get('before') ?? '';
  const query = new URLSearchParams({ ...filter, limit: String(PAGE), ...(before ? { before } : {}) });
  const page = await getJson<DeadLetterPage>(`/api/dlq?${query}`);
  setText(find('summary'), describe(page, filter));
  showDeadLetters(page, filter);
  showExports(filter);
  showPages(page, filter, before);
  await showActions(page, filter, before);
}

/** What fails from now on, or was not looked at, is not what somebody confirms. */
async function boundsOf({ letters, lookedAt }: DeadLetterPage, filter: Filter, before: string) {
  if (lookedAt !== null) return { after: String(BigInt(lookedAt.from) - 1n), upTo: lookedAt.upTo };
  const upTo = before === '' ? letters[0]?.id : await findNewest(filter);
  return upTo === undefined ? {} : { upTo };
}

async function findNewest(filter: Filter): Promise<string | undefined> {
  const query = new URLSearchParams({ ...filter, limit: '1' });
  return (await getJson<DeadLetterPage>(`/api/dlq?${query}`)).letters[0]?.id;
}

function describe({ matching, lookedAt }: DeadLetterPage, filter: Filter): string {
  if (Object.keys(filter).length === 0) return `${formatThings(matching, 'letter')} in all`;
  const found = `${formatThings(matching, 'letter')} ${matching === '1' ? 'matches' : 'match'}`;
  if (lookedAt === null) return found;
  return `${found} among those from ${formatCount(lookedAt.from)} to ${formatCount(lookedAt.upTo)}`;
}

function showPages({ letters, matching, lookedAt }: DeadLetterPage, filter: Filter, before: string): void {
  const oldest = letters.at(-1)?.id;
  const isMore = letters.length === PAGE && BigInt(matching) > BigInt(PAGE);
  const link = (name: string, from?: string) =>
    element('a', name, { href: hrefOf({ ...filter, before: from }) });
  find('pages').replaceChildren(
    ...(before === '' ? [] : [link('Newest')]),
    ...(isMore ? [link('Older', oldest)] : []),
    ...(lookedAt === null
      ? []
      : [link(`Look among those before ${formatCount(lookedAt.from)}`, lookedAt.from)]),
  );
}

/** Not only of the page that is shown. */
function showExports(filter: Filter): void {
  const link = (format: string, name: string) => {
    const href = `/api/dlq/export?${new URLSearchParams({ ...filter, format })}`;
    return element('a', name, { href, download: '' });
  };
  find('exports').replaceChildren(
    'All that match as a file: ',
    link('csv', 'CSV, without their bytes'),
    ' · ',
    link('ndjson', 'NDJSON, the values alone'),
  );
}

/** Only open letters can be redriven or discarded. */
async function showActions(page: DeadLetterPage, filter: Filter, before: string): Promise<void> {
  const place = find('actions');
  if (page.isReadOnly) {
    place.replaceChildren(element('p', readOnlyNote, { class: 'quiet' }));
    return;
  }
  const [open, bounds] = await Promise.all([countOpen(page, filter, before), boundsOf(page, filter, before)]);
  const { status: _, ...others } = filter;
  const all: Choice = {
    name: `all ${formatThings(open, 'open letter')} that match`,
    count: open,
    body: { ...others, all: true, ...bounds },
  };
  place.replaceChildren(
    createAction('Redrive selected', () => withSelected(redrive), filter),
    createAction('Discard selected', () => withSelected(discard), filter),
    createAction(`Redrive all ${formatCount(open)} open`, () => redrive(all), filter, open > 0n),
    createAction(`Discard all ${formatCount(open)} open`, () => discard(all), filter, open > 0n),
  );
}

const readOnlyNote =
  'Read-only: letters are redriven and discarded where STATS_READ_ONLY=false, or with "stats dlq".';

async function countOpen({ matching }: DeadLetterPage, filter: Filter, before: string): Promise<bigint> {
  if (filter.status === 'open') return BigInt(matching);
  if (filter.status !== undefined) return 0n;
  const query = new URLSearchParams({
    ...filter,
    status: 'open',
    limit: '1',
    ...(before ? { before } : {}),
  });
  return BigInt((await getJson<DeadLetterPage>(`/api/dlq?${query}`)).matching);
}

async function withSelected(act: (choice: Choice) => Promise<void>): Promise<void> {
  const ids = selectedIds();
  if (ids.length === 0) {
    find('results').replaceChildren(element('p', 'No letter is selected.', { role: 'status' }));
    return;
  }
  const name = ids.length === 1 ? `letter ${ids[0]}` : `the ${ids.length} selected letters`;
  await act({ name, count: BigInt(ids.length), body: { ids } });
}

/** A button that cannot be pressed twice; afterwards the list is read again. */
function createAction(
  name: string,
  act: () => Promise<void>,
  filter: Filter,
  isPossible = true,
): HTMLElement {
  const button = element('button', name, { type: 'button' });
  button.disabled = !isPossible;
  button.onclick = async () => {
    const buttons = [...find('actions').querySelectorAll('button')];
    for (const one of buttons) one.disabled = true;
    await act();
    await load(filter).catch((error) => setText(find('summary'), String(error.message)));
  };
  return button;
}
