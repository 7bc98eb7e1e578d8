import type { Report } from '../../src/page/report.ts';
import { show } from '../elements/dom.ts';
import { type Column, tableOf } from '../elements/table.ts';
import { formatCount, formatSeconds, formatThings } from '../format/numbers.ts';
import { toVisible } from '../format/text.ts';

type Partition = Report['partitions'][number];

/** Unknown values are `n/a`; the committed offset of a partition without a commit is `-`. */
export const columns: readonly Column<Partition>[] = [
  ['Partition', ({ partition }) => String(partition)],
  ['Current-offset', (one) => (isUncommitted(one) ? '-' : formatCount(one.currentOffset)), 'number'],
  ['Log-end-offset', ({ endOffset }) => formatCount(endOffset), 'number'],
  ['Lag', ({ lag }) => formatCount(lag), 'number'],
  ['Seconds behind', ({ secondsBehind: one }) => (one === null ? 'n/a' : formatSeconds(one)), 'number'],
];

const isUncommitted = (one: Partition) => one.currentOffset === null && one.endOffset !== null;

/** Shows one line per partition, in the terms of Kafka's own tools. */
export function showLag({ partitions, group, pauses, kafkaProblem }: Report): void {
  show('group', describeGroup(group));
  const consumer: Column<Partition> = [
    'Consumer',
    (partition) => `${consumerOf(group, partition)}${pauseOf(pauses, partition)}`,
  ];
  const whenEmpty = kafkaProblem === null ? 'The topic has no partitions.' : 'Partitions are not known yet.';
  show('lag', tableOf([...topicColumn(partitions), ...columns, consumer], partitions, whenEmpty));
}

/** Only if there are several. */
function topicColumn(partitions: readonly Partition[]): readonly Column<Partition>[] {
  const isOne = new Set(partitions.map(({ topic }) => topic)).size < 2;
  return isOne ? [] : [['Topic', ({ topic }) => toVisible(topic, 40), 'wraps']];
}

function describeGroup(group: Report['group']): string {
  if (group === null) return 'Consumer group: n/a';
  const { state, members } = group;
  const shown = state === 'Dead' ? 'Dead (no consumer has joined)' : state;
  return `Consumer group: ${shown}, ${formatThings(BigInt(members.length), 'member')}`;
}

function consumerOf(group: Report['group'], { topic, partition }: Partition): string {
  if (group === null) return 'n/a';
  const owner = group.members.find(({ partitions }) =>
    partitions?.some((one) => one.partition === partition && one.topic === topic),
  );
  return owner === undefined ? '-' : toVisible(`${owner.clientId} at ${owner.host}`);
}

/** Who has paused a partition; empty if it is not paused. */
function pauseOf(pauses: Report['pauses'], { topic, partition }: Partition): string {
  const pause = pauses.find((one) => one.partition === partition && one.topic === topic);
  return pause === undefined ? '' : `, paused by ${toVisible(pause.by, 40)}`;
}
