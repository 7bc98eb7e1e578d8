import type { Report } from '../src/report.ts';
import { find, setText } from './elements.ts';
import { reasons } from './reasons.ts';
import { fillTable } from './table.ts';
import { formatCount, formatTime, toVisible } from './text.ts';

const columns = [
  { title: 'REASON' },
  { title: 'EVENT TYPE' },
  { title: 'COUNT', isNumber: true },
  { title: 'FIRST SEEN (UTC)' },
  { title: 'LAST SEEN (UTC)' },
  { title: 'WHAT IT MEANS' },
];

type Group = Report['deadLetters']['groups'][number];

/** Who sends types of their own invention may make as many groups as letters; the page is not about these alone. */
const SHOWN = 8;

/** The open dead letters by cause; each line leads to its letters. */
export function showDeadLetterGroups({ deadLetters: { groups } }: Report): void {
  const rows = groups
    .slice(0, SHOWN)
    .map((group) => [
      { text: group.reason, href: hrefOf(group) },
      group.eventType === null ? '-' : toVisible(group.eventType),
      formatCount(group.count),
      formatTime(group.firstSeen),
      formatTime(group.lastSeen),
      reasons[group.reason] ?? '',
    ]);
  fillTable(find('letters'), columns, rows, 'None: nothing waits for you.');
  setText(find('more-letters'), groups.length > SHOWN ? `The most frequent ${SHOWN} causes of more.` : '');
}

function hrefOf({ reason, eventType }: Group): string {
  return `/dead-letters?${new URLSearchParams({ status: 'open', reason, ...typeOf(eventType) })}`;
}

/** No server takes a URL of any length, and what is so long is no type that somebody registered. */
function typeOf(eventType: string | null): Readonly<Record<string, string>> {
  if (eventType === null) return { untyped: '1' };
  return eventType.length > 200 ? {} : { type: eventType };
}
