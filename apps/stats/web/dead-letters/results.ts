import { html, nothing, type TemplateResult } from 'lit-html';
import { show } from '../elements/dom.ts';
import { type Column, linkTo, tableOf } from '../elements/table.ts';
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

const columns: readonly Column<RedriveProgress['failed'][number]>[] = [
  ['Not redriven', ({ id }) => linkTo(`dead-letters?id=${id}`, id)],
  ['Error', ({ detail }) => toVisible(detail), 'wraps'],
];
/** The history of each dead letter has its error as well. */
const MAX_SHOWN = 200;

/** Shows a sentence in place of earlier results. */
export const showNotice = (text: string) => show('results', noticeOf(text));

/** Shows the progress, and each dead letter that could not be redriven. */
export function showResults(progress: RedriveProgress): void {
  const { failed, end } = progress;
  show(
    'results',
    html`${noticeOf(describe(progress))}
      ${end === undefined ? progressOf(progress) : nothing}
      ${failed.length > 0 ? failuresOf(progress) : nothing}`,
  );
}

const noticeOf = (text: string) => html`<p role="status" class="notice">${text}</p>`;

function describe({ redriven, failed, total, end }: RedriveProgress): string {
  const counts = `${formatCount(BigInt(redriven))} redriven, ${formatCount(BigInt(failed.length))} failed`;
  const rest = total - BigInt(redriven + failed.length);
  if (end === undefined) return `Redriving: ${counts}, of ${formatCount(total)}`;
  const left = rest > 0n ? `, ${formatCount(rest)} not attempted` : '';
  return `${end === 'done' ? 'Done' : `Ended (${end})`}: ${counts}${left}`;
}

function progressOf(progress: RedriveProgress): TemplateResult {
  const { total, redriven, failed, isStopped } = progress;
  const stop = () => {
    progress.isStopped = true;
    showResults(progress);
  };
  return html`<progress max=${total} value=${redriven + failed.length} aria-label="Redriven"></progress>
    <button type="button" ?disabled=${isStopped} @click=${stop}>Stop</button>`;
}

const failuresOf = ({ failed }: RedriveProgress) =>
  html`<section class="scroll" tabindex="0" aria-label="Dead letters that were not redriven">
    ${tableOf(columns, failed.slice(0, MAX_SHOWN), '')}
  </section>`;
