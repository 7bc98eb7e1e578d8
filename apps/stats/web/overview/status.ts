import { html } from 'lit-html';
import type { Report } from '../../src/page/report.ts';
import { find, show } from '../elements/dom.ts';
import { setTitle } from '../elements/header.ts';
import { formatSeconds, formatThings } from '../format/numbers.ts';
import { formatTime, zoneName } from '../format/time.ts';
import { formatVerification } from '../format/verification.ts';

let lastMessageMs = performance.now();
let everySeconds = 2;

/** Shows the status, the number of records to review, and when both were determined. */
export function showStatus({ status: { word, reasons }, deadLetters, ...report }: Report): void {
  lastMessageMs = performance.now();
  everySeconds = report.everySeconds;
  const review = `${formatThings(deadLetters.open, 'dead letter')} to review`;
  find('review').hidden = deadLetters.open === '0';
  show('review', review);
  showWord(word, reasons);
  if (deadLetters.open !== '0') setTitle(`${word}, ${review}`);
  show('updated', `Updated ${formatTime(report.generatedAt)} ${zoneName}, every ${everySeconds} s`);
  show('verified', `Last verify: ${formatVerification(report.verification, report.generatedAt)}`);
  delete document.body.dataset['stale'];
}

/** Shows why there are no new numbers; the last ones stay, marked as stale. */
export function showProblem(word: 'down' | 'disconnected', reason: string): void {
  lastMessageMs = performance.now();
  showWord(word, [reason]);
  if (find('numbers').hidden) show('updated', `No data yet, retrying every ${everySeconds} s`);
  document.body.dataset['stale'] = '';
}

/** Detects a server that hangs: its connection stays open, but no message arrives. */
export function watchSilence(): void {
  setInterval(() => {
    const silentSeconds = (performance.now() - lastMessageMs) / 1_000;
    if (silentSeconds < 4 * everySeconds + 5) return;
    showWord('disconnected', [`no message from the stats server for ${formatSeconds(silentSeconds)}`]);
    document.body.dataset['stale'] = '';
  }, 1_000);
}

function showWord(word: string, reasons: readonly string[]): void {
  show('word', word);
  show(
    'reasons',
    reasons.map((reason) => html`<li>${reason}</li>`),
  );
  setTitle(word);
  document.body.dataset['word'] = word;
}
