import type { Report } from '../../src/page/report.ts';
import { show } from '../elements/dom.ts';
import { type Column, linkTo, tableOf } from '../elements/table.ts';
import { formatCount } from '../format/numbers.ts';
import { describeReason } from '../format/reasons.ts';
import { toVisible } from '../format/text.ts';
import { formatTime, zoneName } from '../format/time.ts';

type Group = Report['deadLetters']['groups'][number];

const columns: readonly Column<Group>[] = [
  ['Reason', (group) => linkTo(hrefOf(group), group.reason)],
  ['Count', ({ count }) => formatCount(count), 'number'],
  ['Event type', ({ eventType }) => (eventType === null ? '-' : toVisible(eventType, 40))],
  ['Meaning', ({ reason }) => describeReason(reason), 'wraps'],
  [`First seen (${zoneName})`, ({ firstSeen }) => formatTime(firstSeen)],
  [`Last seen (${zoneName})`, ({ lastSeen }) => formatTime(lastSeen)],
];

/** Arbitrary event types can produce as many groups as there are dead letters. */
const MAX_GROUPS = 8;
/** Longer types are left out of links, because servers limit the length of a URL. */
const MAX_TYPE_IN_URL = 200;

/** Shows the open dead letters by cause; each row links to its dead letters. */
export function showDeadLetterGroups({ deadLetters: { groups } }: Report): void {
  show('dead-letter-groups', tableOf(columns, groups.slice(0, MAX_GROUPS), 'No open dead letters.'));
  const note = groups.length > MAX_GROUPS ? `The ${MAX_GROUPS} most frequent causes.` : '';
  show('more-dead-letter-groups', note);
}

function hrefOf({ reason, eventType }: Group): string {
  return `dead-letters?${new URLSearchParams({ status: 'open', reason, ...typeOf(eventType) })}`;
}

function typeOf(eventType: string | null): Readonly<Record<string, string>> {
  if (eventType === null) return { untyped: '1' };
  return eventType.length > MAX_TYPE_IN_URL ? {} : { type: eventType };
}
