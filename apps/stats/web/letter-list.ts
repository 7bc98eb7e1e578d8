import type { LetterPage } from '../src/api/dead-letters.ts';
import { getJson } from './api.ts';
import { element, find, setText } from './elements.ts';
import { type Choice, discard, redrive } from './letter-actions.ts';
import { showFilters } from './letter-filters.ts';
import { type Filter, filterOf, hrefOf, toApi } from './letter-query.ts';
import { selectedIds, showLetters } from './letter-table.ts';
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
  const query = new URLSearchParams({ ...toApi(filter), limit: String(PAGE), ...(before ? { before } : {}) });
  const page = await getJson<LetterPage>(`/api/dlq?${query}`);
  setText(find('summary'), describe(page, filter));
  showLetters(page, filter);
  showExports(filter);
  showPages(page, filter, before);
  // What fails from now on was not looked at by whoever confirms.
  const upTo = before === '' ? page.letters[0]?.id : await findNewest(filter);
  await showActions(page, filter, upTo);
}

async function findNewest(filter: Filter): Promise<string | undefined> {
  const query = new URLSearchParams({ ...toApi(filter), limit: '1' });
  return (await getJson<LetterPage>(`/api/dlq?${query}`)).letters[0]?.id;
}

function describe({ matching }: LetterPage, filter: Filter): string {
  if (Object.keys(filter).length === 0) return `${formatThings(matching, 'letter')} in all`;
  return `${formatThings(matching, 'letter')} ${matching === '1' ? 'matches' : 'match'}`;
}

function showPages({ letters, matching }: LetterPage, filter: Filter, before: string): void {
  const oldest = letters.at(-1)?.id;
  const isMore = letters.length === PAGE && BigInt(matching) > BigInt(PAGE);
  find('pages').replaceChildren(
    ...(before === '' ? [] : [element('a', 'Newest', { href: hrefOf(filter) })]),
    ...(isMore ? [element('a', 'Older', { href: hrefOf({ ...filter, before: oldest }) })] : []),
  );
}

/** Not only of the page that is shown. */
function showExports(filter: Filter): void {
  const link = (format: string, name: string) => {
    const href = `/api/dlq/export?${new URLSearchParams({ ...toApi(filter), format })}`;
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
async function showActions(page: LetterPage, filter: Filter, upTo: string | undefined): Promise<void> {
  const place = find('actions');
  if (page.isReadOnly) {
    place.replaceChildren(element('p', readOnlyNote, { class: 'quiet' }));
    return;
  }
  const open = await countOpen(page, filter);
  const { status: _, ...others } = toApi(filter);
  const all: Choice = {
    name: `all ${formatThings(open, 'open letter')} that match`,
    count: open,
    body: { ...others, all: true, ...(upTo ? { upTo } : {}) },
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

async function countOpen({ matching }: LetterPage, filter: Filter): Promise<bigint> {
  if (filter.status === 'open') return BigInt(matching);
  if (filter.status !== undefined) return 0n;
  const query = new URLSearchParams({ ...toApi(filter), status: 'open', limit: '1' });
  return BigInt((await getJson<LetterPage>(`/api/dlq?${query}`)).matching);
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
