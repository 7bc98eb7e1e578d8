import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

/** The patch `36-static-membership`; each test fails without it. */
const load = createRequire(import.meta.url);
const Broker = load('kafkajs/src/broker/index.js');
const ConsumerGroup = load('kafkajs/src/consumer/consumerGroup.js');
const Emitter = load('kafkajs/src/instrumentation/emitter.js');
const createAssigner = load('kafkajs/src/consumer/assigners/roundRobinAssigner/index.js');
const { MemberAssignment } = load('kafkajs/src/consumer/assignerProtocol.js');
const apiKeys: Readonly<Record<string, number>> = load('kafkajs/src/protocol/requests/apiKeys.js');
const { lookup } = load('kafkajs/src/protocol/requests/index.js');

interface Request {
  readonly apiName: string;
  readonly encode: () => Promise<{ readonly buffer: Buffer }>;
}

/** The versions of Kafka 2.3, the first with static membership. */
const highest = {
  JoinGroup: 5,
  SyncGroup: 3,
  Heartbeat: 3,
  OffsetCommit: 7,
  LeaveGroup: 3,
  DescribeGroups: 3,
};
const versions = Object.fromEntries(
  Object.entries(highest).map(([name, maxVersion]) => [apiKeys[name], { minVersion: 0, maxVersion }]),
);

interface Sent {
  readonly name: string;
  readonly body: Buffer;
}

const logger = { namespace: () => logger, debug: () => {}, info: () => {} };

/** A broker that notes what it is sent, and answers as one whose stable group gives the member an assignment. */
function createBroker(memberAssignment: Buffer, sent: Sent[]) {
  const answers: Readonly<Record<string, object>> = {
    JoinGroup: { generationId: 7, leaderId: 'other', memberId: 'me', groupProtocol: 'RoundRobinAssigner' },
    SyncGroup: { memberAssignment },
    DescribeGroups: { groups: [{ state: 'Stable', members: [{ memberAssignment }] }] },
  };
  const send = async ({ request: { apiName: name, encode } }: { readonly request: Request }) => {
    sent.push({ name, body: (await encode()).buffer });
    return answers[name] ?? {};
  };
  const isConnected = () => true;
  const broker = new Broker({ connectionPool: { host: 'b', port: 1, send, isConnected }, logger });
  return Object.assign(broker, { lookupRequest: lookup(versions), isConnected });
}

/** A member of a group that reads one topic with two partitions, of which some are assigned. */
function createGroup(assigned: readonly number[], groupInstanceId?: string) {
  const sent: Sent[] = [];
  const broker = createBroker(
    MemberAssignment.encode({ version: 0, assignment: { events: assigned } }),
    sent,
  );
  const cluster = {
    findGroupCoordinator: async () => broker,
    findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
    findTopicId: () => undefined,
    committedOffsets: () => ({}),
  };
  const group = new ConsumerGroup({
    ...{ cluster, logger, groupInstanceId, groupId: 'group', topics: ['events'] },
    ...{ assigners: [createAssigner({ cluster })], instrumentationEmitter: new Emitter() },
    ...{ sessionTimeout: 6_000, rebalanceTimeout: 6_000 },
  });
  return { group, sent, names: () => sent.map(({ name }) => name) };
}

test('every request of a static member names its instance', async () => {
  const { group, sent } = createGroup([0, 1], 'pod-0');
  await group.joinAndSync();
  await group.heartbeat({ interval: 0 });
  await group.commitOffsets({ topics: [{ topic: 'events', partitions: [{ partition: 0, offset: '5' }] }] });
  const members = sent.filter(({ name }) => name !== 'DescribeGroups');
  expect(members.map(({ name }) => name)).toEqual(['JoinGroup', 'SyncGroup', 'Heartbeat', 'OffsetCommit']);
  expect(members.filter(({ body }) => !body.includes('\0\u0005pod-0'))).toEqual([]);
});

test('a commit has the layout of version 7, which names the instance', async () => {
  const { group, sent } = createGroup([0], 'pod-0');
  await group.joinAndSync();
  await group.commitOffsets({ topics: [{ topic: 'events', partitions: [{ partition: 1, offset: '5' }] }] });
  const fields = [
    ...['00000007', Buffer.from('\0\u0002me').toString('hex'), Buffer.from('\0\u0005pod-0').toString('hex')],
    ...['00000001', Buffer.from('\0\u0006events').toString('hex')],
    ...['00000001', '00000001', '0000000000000005', 'ffffffff', 'ffff'],
  ];
  expect(sent.at(-1)?.body.toString('hex')).toBe(
    Buffer.from('\0\u0005group').toString('hex') + fields.join(''),
  );
});

test('a static member that stops does not leave the group', async () => {
  const { group, names } = createGroup([0, 1], 'pod-0');
  await group.joinAndSync();
  await group.leave();
  expect(names()).not.toContain('LeaveGroup');
});

test('a dynamic member that stops leaves the group, and checks no assignment', async () => {
  const { group, names } = createGroup([0]);
  await group.joinAndSync();
  await group.leave();
  expect(names()).toEqual(['JoinGroup', 'SyncGroup', 'LeaveGroup']);
});

test('a returning member has partitions assigned that no member has', async () => {
  const { group, sent, names } = createGroup([0], 'pod-0');
  await group.joinAndSync();
  await group.joinAndSync();
  const first = ['JoinGroup', 'SyncGroup', 'DescribeGroups', 'LeaveGroup'];
  expect(names()).toEqual([...first, 'JoinGroup', 'SyncGroup', 'JoinGroup', 'SyncGroup']);
  expect(sent[3]?.body.includes('\0\u0005pod-0')).toBe(true);
});

test('a returning member leaves the others alone if every partition is assigned', async () => {
  const { group, names } = createGroup([0, 1], 'pod-0');
  await group.joinAndSync();
  expect(names()).toEqual(['JoinGroup', 'SyncGroup', 'DescribeGroups']);
});
