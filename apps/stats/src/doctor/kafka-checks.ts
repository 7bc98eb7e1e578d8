import { lagOf, partitionName } from '@pipeline/kafka';
import { UserError } from '@pipeline/runtime';
import { formatCount } from '../../web/format/numbers.ts';
import { type Check, ofKafka, type PartitionSetup, toProblem } from './setup.ts';

/** A record may be dated later than this machine's clock by this time, in seconds. */
export const FUTURE_SECONDS = 60;

/** A check of each partition of the events topics. */
function ofPartitions(find: (partition: PartitionSetup) => string | undefined, remedy: string): Check {
  return ofKafka(({ partitions }) =>
    (partitions ?? []).flatMap((partition) => {
      const found = find(partition);
      return found === undefined ? [] : [{ problem: `${partitionName(partition)} ${found}`, remedy }];
    }),
  );
}

/** Within this share (1/10) of the oldest records, the next ones that are deleted may be unread. */
const NEAR_DIVISOR = 10n;

function isNearStart(partition: PartitionSetup): boolean {
  const { logStart, logEnd, isSizeLimited } = partition;
  const { from: next } = lagOf(partition);
  return (
    isSizeLimited && logStart > 0n && next < logEnd && NEAR_DIVISOR * (next - logStart) < logEnd - logStart
  );
}

/** Checks of the cluster, of the rights in it, and of what the group has read. */
export const kafkaChecks = {
  'kafka-unreachable': ({ kafka }) => (kafka instanceof UserError ? toProblem(kafka) : undefined),

  'kafka-right-missing': ofKafka(({ topics, partitions }, { groupId }) => {
    const denied = topics.filter(({ config }) => config === 'denied').map(({ topic }) => topic);
    const rights = denied.map((topic) => `DESCRIBE_CONFIGS on topic ${topic}`);
    const all = partitions === null ? [...rights, `DESCRIBE on group ${groupId}`] : rights;
    return all.map((right) => ({
      problem: `this user lacks ${right}, without which not everything can be checked`,
      remedy: 'grant it',
    }));
  }),

  'kafka-version-unsupported': ofKafka(({ topics }) => {
    const [without] = topics.filter(({ topicId }) => topicId === undefined);
    if (without === undefined) return undefined;
    return {
      problem: 'the brokers return no topic ids, as before Kafka 2.8: a recreated topic is not recognized',
      remedy: 'upgrade the brokers, and recreate no topic under its name until then',
    };
  }),

  'lag-near-retention': ofPartitions((partition) => {
    const { from: next } = lagOf(partition);
    const { youngFrom, logStart, logEnd } = partition;
    if (youngFrom !== undefined && next < youngFrom)
      return `has ${formatCount(youngFrom - next)} unread records that are older than half of its retention time`;
    if (!isNearStart(partition)) return undefined;
    const left = formatCount(next - logStart);
    return `deletes its oldest records, and only ${left} of ${formatCount(logEnd - logStart)} are read`;
  }, 'add or start consumers, or raise retention.ms and retention.bytes until they have caught up'),

  'unread-records-deleted': ofPartitions(({ committed, logStart }) => {
    if (committed === undefined || committed >= logStart) return undefined;
    return `starts at offset ${logStart}, and the group has read up to ${committed}: those in between are deleted`;
  }, 'retain records for longer than the longest outage of the consumers, and have producers send them again'),

  'clock-skew-kafka': ofPartitions(({ futureOffset }) => {
    if (futureOffset === undefined) return undefined;
    return `has a record at offset ${futureOffset} that is dated ${FUTURE_SECONDS} s or more after this machine's clock`;
  }, 'synchronize the clocks of this machine, of the brokers and of the producers'),
} satisfies Readonly<Record<string, Check>>;
