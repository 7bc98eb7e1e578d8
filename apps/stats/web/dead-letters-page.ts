import { showList } from './dead-letter-list.ts';
import { showDeadLetterDetails } from './dead-letter-view.ts';
import { find, setText } from './elements.ts';

const AGAIN_MS = 5_000;
const id = new URLSearchParams(location.search).get('id');

/** Until the server answers: Postgres may be away for a while. */
async function show(): Promise<void> {
  try {
    await (id === null ? showList() : showDeadLetterDetails(id));
  } catch (error) {
    setText(find('summary'), error instanceof Error ? error.message : String(error));
    setTimeout(show, AGAIN_MS);
  }
}

await show();
