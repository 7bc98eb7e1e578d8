import type { RollupValue, RollupValues } from '@pipeline/db/read';
import { clipPrintable, renderColumns } from '@pipeline/program';
import { formatCount } from '../../web/format/numbers.ts';
import { formatKey } from '../../web/format/rollups.ts';

const NAME_WIDTH = 32;
/** Number of keys per roll-up, those with the most events. */
const SHOWN_KEYS = 5;

/** The latest values of each roll-up; nothing without values. */
export function renderRollups(rollups: readonly RollupValues[]): string {
  const rows = rollups.flatMap(rowsOf);
  if (rows.length === 0) return '';
  return `Roll-ups\n${renderColumns(['ROLL-UP', 'BUCKET (UTC)', 'KEY', 'VALUE', 'EVENTS', 'LEFT OUT'], rows)}`;
}

function rowsOf({ eventType, name, isFilling, values }: RollupValues): readonly (readonly string[])[] {
  const title = clipPrintable(`${eventType} ${name}`, NAME_WIDTH);
  if (isFilling) return [[title, 'being filled', '-', '-', '-', '-']];
  const most = [...values].sort((a, b) => Number(b.events - a.events)).slice(0, SHOWN_KEYS);
  return most.map((one) => [title, ...cellsOf(one)]);
}

function cellsOf({ bucket, key, value, events, leftOut }: RollupValue): readonly string[] {
  return [
    bucket.slice(0, 16).replace('T', ' '),
    clipPrintable(formatKey(key), NAME_WIDTH),
    value ?? '-',
    formatCount(events),
    formatCount(leftOut),
  ];
}
