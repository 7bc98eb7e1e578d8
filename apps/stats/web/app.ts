import type { Report } from '../src/page/report.ts';
import { showChart } from './charts/chart.ts';
import { refreshHistory } from './charts/history.ts';
import { refreshRollups } from './charts/rollups.ts';
import { find } from './elements/dom.ts';
import { showHeader } from './elements/header.ts';
import { showCards } from './overview/cards.ts';
import { showDeadLetterGroups } from './overview/dead-letter-groups.ts';
import { showLag } from './overview/lag-table.ts';
import { addMinutes, fetchMinutes, minutesOf } from './overview/minutes.ts';
import { showProof } from './overview/proof.ts';
import { chooseRange, MAX_RANGE, requestedRange, showRanges } from './overview/range.ts';
import { showProblem, showStatus, watchSilence } from './overview/status.ts';
import { showTail, watchTail } from './overview/tail.ts';
import { showTypes } from './overview/types-table.ts';

const WHOLE_RANGE_MS = 60_000;
/** How often the server keeps a sample. */
const HISTORY_MS = 10_000;
const RECONNECT_MS = 3_000;
/** The browser does not reveal the status of the response. */
const REFUSED =
  'the server or a proxy rejects the request; retrying. If a login has expired, reload the page';
const HOUR = 60;

let range = requestedRange();
let nowMs = Date.now();

function show(report: Report): void {
  nowMs = Date.parse(report.generatedAt);
  addMinutes(report.minutes);
  find('numbers').hidden = false;
  showStatus(report);
  showCards(report);
  showDeadLetterGroups(report);
  showLag(report);
  showTail(report);
  showProof(report);
  showMinutes();
}

/** Shows nothing before the first report and the first range have arrived: unknown is not 0. */
function showMinutes(): void {
  if (find('numbers').hidden || range === undefined) return;
  const minutes = minutesOf(range, nowMs);
  showTypes(minutes, range);
  showChart(minutes, range, nowMs);
}

/** Errors are not shown here: the stream reports the same outage. */
const refresh = () => refreshRange().catch(() => {});
const lookBack = async () => {
  if (find('numbers').hidden) return;
  await refreshRollups().catch(() => {});
  if (range !== undefined) await refreshHistory(range).catch(() => {});
};

/** Without a range in the URL, it is chosen from the events of the last hour, or else of the last day. */
async function refreshRange(): Promise<void> {
  const requested = requestedRange();
  await fetchMinutes(requested ?? HOUR);
  if (requested === undefined && minutesOf(HOUR, nowMs).length === 0) await fetchMinutes(MAX_RANGE);
  const chosen = requested ?? chooseRange(minutesOf(MAX_RANGE, nowMs), nowMs);
  const isNew = chosen !== range;
  range = chosen;
  showRanges(range);
  showMinutes();
  if (isNew) await lookBack();
}

/** The browser reconnects by itself, except after an error response, such as one from a proxy. */
function listen(): void {
  const stream = new EventSource('api/stream');
  stream.addEventListener('stats', ({ data }) => {
    const isFirst = find('numbers').hidden;
    show(JSON.parse(data));
    if (isFirst) void lookBack();
  });
  stream.addEventListener('problem', ({ data }) => showProblem('down', JSON.parse(data).error));
  stream.addEventListener('open', () => void refresh());
  stream.addEventListener('error', () => {
    const isRefused = stream.readyState === EventSource.CLOSED;
    showProblem('disconnected', isRefused ? REFUSED : 'the stats server does not respond; retrying');
    if (isRefused) setTimeout(listen, RECONNECT_MS);
  });
}

showHeader();
showRanges(range ?? 0);
watchSilence();
watchTail();
listen();
setInterval(refresh, WHOLE_RANGE_MS);
setInterval(lookBack, HISTORY_MS);
