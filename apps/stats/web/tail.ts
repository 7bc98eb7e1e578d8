import type { Report } from '../src/report.ts';
import { find, setText } from './elements.ts';
import { fillTable } from './table.ts';
import { formatCount, formatTime, toVisible } from './text.ts';

const columns = [
  { title: 'STORED AT (UTC)' },
  { title: 'EVENT TYPE' },
  { title: 'EVENT ID' },
  { title: 'EVENT TIME (UTC)' },
];

let isPaused = false;
let skipped = 0n;

/** The newest events as they come, without what they say of anybody; of those that are not shown, how many there were. */
export function showTail({ tail }: Report): void {
  skipped += BigInt(tail.skipped ?? 0);
  setText(find('tail-note'), describe());
  if (isPaused) return;
  fillTable(find('tail'), columns, tail.events.map(cellsOf), 'No event was stored in the last minute.');
}

function describe(): string {
  const counted = `${formatCount(skipped)} more were stored since this page was opened, and are not shown.`;
  return isPaused ? `Held. ${counted}` : counted;
}

function cellsOf({
  storedAt,
  eventType,
  eventId,
  eventTime,
}: Report['tail']['events'][number]): readonly string[] {
  return [storedAt.slice(11, 23), toVisible(eventType), eventId, formatTime(eventTime)];
}

/** A tail that moves cannot be read: it can be held. */
export function watchTail(): void {
  const button = find('tail-hold');
  button.onclick = () => {
    isPaused = !isPaused;
    button.setAttribute('aria-pressed', String(isPaused));
    setText(find('tail-note'), describe());
  };
}
