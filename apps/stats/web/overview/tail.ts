import type { Report } from '../../src/page/report.ts';
import { find, show } from '../elements/dom.ts';
import { type Column, tableOf } from '../elements/table.ts';
import { formatCount } from '../format/numbers.ts';
import { toVisible } from '../format/text.ts';
import { formatTime, inZone, zoneName } from '../format/time.ts';

const columns: readonly Column<Report['tail']['events'][number]>[] = [
  [`Stored at (${zoneName})`, ({ storedAt }) => inZone(storedAt).slice(11, 23)],
  ['Event type', ({ eventType }) => toVisible(eventType)],
  ['Event id', ({ eventId }) => eventId],
  [`Event time (${zoneName})`, ({ eventTime }) => formatTime(eventTime)],
];

let isPaused = false;
let skipped = 0n;

/** Shows the newest events, without user and payload, and counts those that were never shown. */
export function showTail({ tail }: Report): void {
  skipped += BigInt(tail.skipped ?? 0);
  show('tail-note', describe());
  if (isPaused) return;
  show('tail', tableOf(columns, tail.events, 'No event was stored in the last minute.'));
}

function describe(): string {
  const counted = `${formatCount(skipped)} more were stored since this page was opened, and are not shown.`;
  return isPaused ? `Paused. ${counted}` : counted;
}

/** Prepares the button that pauses the table, because moving rows are hard to read. */
export function watchTail(): void {
  const button = find('tail-pause');
  button.onclick = () => {
    isPaused = !isPaused;
    button.setAttribute('aria-pressed', String(isPaused));
    show('tail-note', describe());
  };
}
