import type { Report } from '../../src/page/report.ts';
import { show } from '../elements/dom.ts';
import { type Cell, linkTo, tableOf } from '../elements/table.ts';
import { formatCount } from '../format/numbers.ts';
import { describeReason } from '../format/reasons.ts';
import { toVisible } from '../format/text.ts';
import { formatTime, zoneName } from '../format/time.ts';

const columns = [
  { title: 'Reason' },
  { title: 'Count', isNumber: true },
  { title: 'Event type' },
  { title: 'Meaning', wraps: true },
  { title: `First seen (${zoneName})` },
  { title: `Last seen (${zoneName})` },
];

type Group = Report['deadLetters']['groups'][number];

/** Arbitrary event types can produce as many groups as there are dead letters. */
const MAX_GROUPS = 8;
/** Longer types are left out of links, because servers limit the length of a URL. */
const MAX_TYPE_IN_URL = 200;

/** Shows the open dead letters by cause; each row links to its dead letters. */
export function showDeadLetterGroups({ deadLetters: { groups } }: Report): void {
  const rows = groups
    .slice(0, MAX_GROUPS)
    .map((group): readonly Cell[] => [
      linkTo(hrefOf(group), group.reason),
      formatCount(group.count),
      group.eventType === null ? '-' : toVisible(group.eventType, 40),
      describeReason(group.reason),
      formatTime(group.firstSeen),
      formatTime(group.lastSeen),
    ]);
  show('dead-letter-groups', tableOf(columns, rows, 'No open dead letters.'));
  show(
    'more-dead-letter-groups',
    groups.length > MAX_GROUPS ? `The ${MAX_GROUPS} most frequent causes.` : '',
  );
}

function hrefOf({ reason, eventType }: Group): string {
  return `/dead-letters?${new URLSearchParams({ status: 'open', reason, ...typeOf(eventType) })}`;
}

function typeOf(eventType: string | null): Readonly<Record<string, string>> {
  if (eventType === null) return { untyped: '1' };
  return eventType.length > MAX_TYPE_IN_URL ? {} : { type: eventType };
}
