import type { Report } from '../../src/page/report.ts';
import { find, show } from '../elements/dom.ts';
import { tableOf } from '../elements/table.ts';
import { formatCount } from '../format/numbers.ts';
import { toVisible } from '../format/text.ts';
import { formatTime, inZone, zoneName } from '../format/time.ts';

const columns = [
  { title: `Stored at (${zoneName})` },
  { title: 'Event type' },
  { title: 'Event id' },
  { title: `Event time (${zoneName})` },
];

let isPaused = false;
let skipped = 0n;

/** Shows the newest events, without user and payload, and counts those that were never shown. */
export function showTail({ tail }: Report): void {
  skipped += BigInt(tail.skipped ?? 0);
  show('tail-note', describe());
  if (isPaused) return;
  show('tail', tableOf(columns, tail.events.map(cellsOf), 'No event was stored in the last minute.'));
}

function describe(): string {
  const counted = `${formatCount(skipped)} more were stored since this page was opened, and are not shown.`;
  return isPaused ? `Paused. ${counted}` : counted;
}

function cellsOf(event: Report['tail']['events'][number]): readonly string[] {
  const { storedAt, eventType, eventId, eventTime } = event;
  return [inZone(storedAt).slice(11, 23), toVisible(eventType), eventId, formatTime(eventTime)];
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
