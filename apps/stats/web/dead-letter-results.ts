import { element, find } from './elements.ts';
import { fillTable } from './table.ts';
import { formatCount, toVisible } from './text.ts';

/** Letters that are being redriven, and what has become of them so far. */
export interface Work {
  readonly verb: string;
  readonly total: bigint;
  redriven: number;
  readonly failed: { readonly id: string; readonly detail: string }[];
  /** Somebody has called off the rest. */
  isStopped: boolean;
  /** How it ended: `done`, `stopped`, or what went wrong; undefined while it is under way. */
  end?: string;
}

const columns = [{ title: 'NOT REDRIVEN' }, { title: 'WHY' }];
/** More than somebody reads; the letters themselves keep what was said of each. */
const SHOWN = 200;

/** Shows how far the work is, and each letter that could not be redriven. */
export function showResults(work: Work): void {
  const place = find('results');
  const failures = element('section', '', {
    class: 'scroll',
    'aria-label': 'Letters that were not redriven',
  });
  failures.tabIndex = 0;
  const rows = work.failed
    .slice(0, SHOWN)
    .map(({ id, detail }) => [{ text: id, href: `/dead-letters?id=${id}` }, toVisible(detail)]);
  if (rows.length > 0) fillTable(failures, columns, rows, '');
  place.replaceChildren(
    element('p', describe(work), { role: 'status' }),
    ...(work.end === undefined ? [createBar(work), createStop(work)] : []),
    ...(rows.length > 0 ? [failures] : []),
  );
}

function describe({ redriven, failed, total, end }: Work): string {
  const counts = `${formatCount(BigInt(redriven))} redriven, ${formatCount(BigInt(failed.length))} not`;
  const rest = total - BigInt(redriven + failed.length);
  if (end === undefined) return `Redriving: ${counts}, of ${formatCount(total)}`;
  const left = rest > 0n ? `, ${formatCount(rest)} not reached` : '';
  return `${end === 'done' ? 'Done' : `Ended (${end})`}: ${counts}${left}`;
}

function createBar({ redriven, failed, total }: Work): HTMLElement {
  const value = String(redriven + failed.length);
  return element('progress', '', { max: total.toString(), value, 'aria-label': 'Redriven' });
}

function createStop(work: Work): HTMLElement {
  const button = element('button', 'Stop', { type: 'button' });
  button.onclick = () => {
    work.isStopped = true;
    button.disabled = true;
  };
  return button;
}
