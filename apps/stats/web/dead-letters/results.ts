import { element, find } from '../elements/dom.ts';
import { fillTable } from '../elements/table.ts';
import { formatCount } from '../format/numbers.ts';
import { toVisible } from '../format/text.ts';

/** A redrive in progress, and its results so far. */
export interface RedriveProgress {
  readonly total: bigint;
  redriven: number;
  readonly failed: { readonly id: string; readonly detail: string }[];
  /** Whether the user has stopped it. */
  isStopped: boolean;
  /** How it ended: `done`, `stopped` or an error; undefined while it runs. */
  end?: string;
}

const columns = [{ title: 'Not redriven' }, { title: 'Error', wraps: true }];
/** The history of each dead letter has its error as well. */
const MAX_SHOWN = 200;

/** Shows the progress, and each dead letter that could not be redriven. */
export function showResults(progress: RedriveProgress): void {
  const failures = element('section', '', {
    class: 'scroll',
    tabindex: '0',
    'aria-label': 'Dead letters that were not redriven',
  });
  const rows = progress.failed
    .slice(0, MAX_SHOWN)
    .map(({ id, detail }) => [{ text: id, href: `/dead-letters?id=${id}` }, toVisible(detail)]);
  if (rows.length > 0) fillTable(failures, columns, rows, '');
  find('results').replaceChildren(
    element('p', describe(progress), { role: 'status', class: 'notice' }),
    ...(progress.end === undefined ? [createBar(progress), createStop(progress)] : []),
    ...(rows.length > 0 ? [failures] : []),
  );
}

function describe({ redriven, failed, total, end }: RedriveProgress): string {
  const counts = `${formatCount(BigInt(redriven))} redriven, ${formatCount(BigInt(failed.length))} failed`;
  const rest = total - BigInt(redriven + failed.length);
  if (end === undefined) return `Redriving: ${counts}, of ${formatCount(total)}`;
  const left = rest > 0n ? `, ${formatCount(rest)} not attempted` : '';
  return `${end === 'done' ? 'Done' : `Ended (${end})`}: ${counts}${left}`;
}

function createBar({ redriven, failed, total }: RedriveProgress): HTMLElement {
  const value = String(redriven + failed.length);
  return element('progress', '', { max: total.toString(), value, 'aria-label': 'Redriven' });
}

function createStop(progress: RedriveProgress): HTMLElement {
  const button = element('button', 'Stop', { type: 'button' });
  button.onclick = () => {
    progress.isStopped = true;
    button.disabled = true;
  };
  return button;
}
