import type { Report } from '../src/report.ts';
import { element, find, setLength, setText } from './elements.ts';
import { formatSeconds, formatTime } from './text.ts';

let heardAt = performance.now();
let everySeconds = 2;

/** The verdict, and when it was made. */
export function showStatus(report: Report): void {
  heardAt = performance.now();
  everySeconds = report.everySeconds;
  const { word, reasons } = report.status;
  showWord(word, reasons);
  setText(find('updated'), `updated ${formatTime(report.generatedAt)} UTC, every ${everySeconds} s`);
  delete document.body.dataset['stale'];
}

/** What is wrong when there are no numbers; the last ones stay, and look old. */
export function showProblem(word: 'down' | 'disconnected', reason: string): void {
  heardAt = performance.now();
  showWord(word, [reason]);
  if (find('numbers').hidden)
    setText(find('updated'), `no numbers yet, asking again every ${everySeconds} s`);
  document.body.dataset['stale'] = '';
}

/** A server that hangs says nothing, not even that it is gone. */
export function watchSilence(): void {
  setInterval(() => {
    const silentSeconds = (performance.now() - heardAt) / 1_000;
    if (silentSeconds < 4 * everySeconds + 5) return;
    showWord('disconnected', [`the stats page has said nothing for ${formatSeconds(silentSeconds)}`]);
    document.body.dataset['stale'] = '';
  }, 1_000);
}

function showWord(word: string, reasons: readonly string[]): void {
  setText(find('word'), word);
  const lines = setLength(find('reasons'), reasons.length, () => element('li'));
  reasons.forEach((reason, at) => {
    const line = lines[at];
    if (line !== undefined) setText(line, reason);
  });
  document.title = `${word} · Kafka to Postgres`;
  document.body.dataset['word'] = word;
}
