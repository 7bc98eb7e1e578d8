import { showDeadLetterDetails } from './dead-letters/details.ts';
import { showList } from './dead-letters/list.ts';
import { show } from './elements/dom.ts';
import { setTitle, showHeader } from './elements/header.ts';

const RETRY_MS = 5_000;
const id = new URLSearchParams(location.search).get('id');

/** Retries until the server responds, because Postgres may be unreachable for a while. */
async function load(): Promise<void> {
  try {
    await (id === null ? showList() : showDeadLetterDetails(id));
  } catch (error) {
    show('summary', error instanceof Error ? error.message : String(error));
    setTimeout(load, RETRY_MS);
  }
}

showHeader();
setTitle('Dead letters');
await load();
