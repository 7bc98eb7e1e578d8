import type { Report } from '../src/report.ts';
import { find, setText } from './elements.ts';
import { cellsOf } from './lag-words.ts';
import { fillTable } from './table.ts';
import { formatThings, toVisible } from './text.ts';

const columns = [
  { title: 'PARTITION' },
  { title: 'CURRENT-OFFSET', isNumber: true },
  { title: 'LOG-END-OFFSET', isNumber: true },
  { title: 'LAG', isNumber: true },
  { title: 'SECONDS BEHIND', isNumber: true },
  { title: 'CONSUMER' },
];

/** One line per partition, in the words of Kafka's own tools. */
export function showLag({ partitions, group, kafkaProblem }: Report): void {
  setText(find('group'), describeGroup(group));
  fillTable(
    find('lag'),
    columns,
    partitions.map((one) => [...cellsOf(one), consumerOf(group, one.partition)]),
    kafkaProblem === null ? 'The topic has no partitions.' : 'No partition is known yet.',
  );
}

function describeGroup(group: Report['group']): string {
  if (group === null) return 'Consumer group: n/a';
  const { state, members } = group;
  const known = state === 'Dead' ? 'Dead, as Kafka says where nobody has joined yet' : state;
  return `Consumer group: ${known}, ${formatThings(BigInt(members.length), 'member')}`;
}

function consumerOf(group: Report['group'], partition: number): string {
  if (group === null) return 'n/a';
  const owner = group.members.find(({ partitions }) => partitions?.includes(partition));
  return owner === undefined ? '-' : toVisible(`${owner.clientId} at ${owner.host}`);
}
