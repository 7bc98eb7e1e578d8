import type { Report } from '../../src/page/report.ts';
import { show } from '../elements/dom.ts';
import { tableOf } from '../elements/table.ts';
import { formatCount, formatSeconds, formatThings } from '../format/numbers.ts';
import { toVisible } from '../format/text.ts';

const columns = [
  { title: 'Partition' },
  { title: 'Current-offset', isNumber: true },
  { title: 'Log-end-offset', isNumber: true },
  { title: 'Lag', isNumber: true },
  { title: 'Seconds behind', isNumber: true },
  { title: 'Consumer' },
];

type Partition = Report['partitions'][number];

/** Shows one line per partition, in the terms of Kafka's own tools. */
export function showLag({ partitions, group, kafkaProblem }: Report): void {
  show('group', describeGroup(group));
  const rows = partitions.map((one) => [...cellsOf(one), consumerOf(group, one.partition)]);
  const whenEmpty = kafkaProblem === null ? 'The topic has no partitions.' : 'Partitions are not known yet.';
  show('lag', tableOf(columns, rows, whenEmpty));
}

/** Unknown values are `n/a`; the committed offset of a partition without a commit is `-`. */
export function cellsOf(one: Partition): readonly string[] {
  return [
    String(one.partition),
    one.currentOffset === null && one.endOffset !== null ? '-' : formatCount(one.currentOffset),
    formatCount(one.endOffset),
    formatCount(one.lag),
    one.secondsBehind === null ? 'n/a' : formatSeconds(one.secondsBehind),
  ];
}

function describeGroup(group: Report['group']): string {
  if (group === null) return 'Consumer group: n/a';
  const { state, members } = group;
  const shown = state === 'Dead' ? 'Dead (no consumer has joined)' : state;
  return `Consumer group: ${shown}, ${formatThings(BigInt(members.length), 'member')}`;
}

function consumerOf(group: Report['group'], partition: number): string {
  if (group === null) return 'n/a';
  const owner = group.members.find(({ partitions }) => partitions?.includes(partition));
  return owner === undefined ? '-' : toVisible(`${owner.clientId} at ${owner.host}`);
}
