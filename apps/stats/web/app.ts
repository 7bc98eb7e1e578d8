import type { Report } from '../src/report.ts';
import { showCards } from './cards.ts';
import { showChart, watchSurroundings } from './chart.ts';
import { showDeadLetterGroups } from './dead-letter-groups.ts';
import { find } from './elements.ts';
import { refreshHistory, watchHistory } from './history.ts';
import { showLag } from './lag-table.ts';
import { addMinutes, fetchMinutes, minutesOf } from './minutes.ts';
import { rangeMinutes, showRanges } from './range.ts';
import { showProblem, showStatus, watchSilence } from './status.ts';
import { showTail, watchTail } from './tail.ts';
import { showTypes } from './types-table.ts';

const WHOLE_RANGE_MS = 60_000;
/** So often there is a new point. */
const HISTORY_MS = 10_000;
const AGAIN_MS = 3_000;
const range = rangeMinutes();

let nowMs = Date.now();

function show(report: Report): void {
  nowMs = Date.parse(report.generatedAt);
  addMinutes(report.minutes);
  const isFirst = find('numbers').hidden;
  find('numbers').hidden = false;
  showStatus(report);
  showCards(report);
  showDeadLetterGroups(report);
  showLag(report);
  showTail(report);
  showMinutes();
  if (isFirst) void lookBack();
}

/** Of numbers that nobody has seen yet nothing is shown: no numbers are not the number 0. */
function showMinutes(): void {
  if (find('numbers').hidden) return;
  const minutes = minutesOf(range, nowMs);
  showTypes(minutes, range);
  showChart(minutes, range, nowMs);
}

/** While Postgres is away there is nothing to fetch, and the stream says so. */
const refresh = () => fetchMinutes(range).then(showMinutes, () => {});
const lookBack = () => refreshHistory(range).catch(() => {});

/** The browser connects again by itself, unless somebody has answered: a proxy does so in the place of a page that is gone. */
function listen(): void {
  const stream = new EventSource('/api/stream');
  stream.addEventListener('stats', ({ data }) => show(JSON.parse(data)));
  stream.addEventListener('problem', ({ data }) => showProblem('down', JSON.parse(data).error));
  stream.addEventListener('open', () => void refresh());
  stream.addEventListener('error', () => {
    showProblem('disconnected', 'the stats page does not answer; trying again');
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
  });
}

showRanges();
watchSilence();
watchSurroundings(showMinutes);
watchHistory(range);
watchTail();
listen();
setInterval(refresh, WHOLE_RANGE_MS);
setInterval(() => find('numbers').hidden || void lookBack(), HISTORY_MS);
