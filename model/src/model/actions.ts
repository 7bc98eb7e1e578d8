import {
  abandon,
  acknowledge,
  answered,
  canLook,
  complete,
  fetchAndTake,
  join,
  locate,
  newMember,
  uncommitted,
  written,
} from './member.ts';
import { HOLE, REDRIVEN, records, recreatedLogs } from './records.ts';
import { run } from './statements.ts';
import { add, both, type Fault, type Index, type Member, put, type Work, type World } from './world.ts';
import type { Next } from './writing.ts';

/** One thing that can happen, and the world after it. */
export interface Step {
  readonly label: string;
  readonly world: World;
}

/** What the real writer does next with a slice. */
export type NextOf = (partition: number, work: Work) => Next;

/** Steps without a fault: each is progress of a member or of a redrive. */
export function* progress(world: World, nextOf: NextOf): Generator<Step> {
  for (const index of both) yield* memberSteps(world, index, nextOf);
  if (world.redriving !== null) {
    const { tables, redriving } = world;
    const marked = { ...tables, redriven: add(tables.redriven, redriving) };
    yield { label: 'redrive marks', world: { ...world, tables: marked, redriving: null } };
  }
}

function* memberSteps(world: World, index: Index, nextOf: NextOf): Generator<Step> {
  const member = memberOf(world, index);
  const { group } = world;
  const set = (changed: Member): World => ({ ...world, members: put(world.members, index, changed) });
  const name = 'AB'[index];
  if (member.generation < group.generation) {
    const partitions = both.filter((partition) => group.owners[partition] === index);
    yield { label: `${name} joins`, world: set(join(member, group.generation, ...partitions)) };
  }
  if (canLook(member)) yield { label: `${name} looks`, world: set({ ...member, looked: look(world) }) };
  if (member.looked !== null)
    yield { label: `${name} locates`, world: locate(world, index) ?? restart(world, index) };
  for (const partition of both) {
    yield* workSteps(world, index, partition, nextOf);
    const fetched =
      member.topicId === world.topicId &&
      fetchAndTake(member, partition, ...(world.logs[partition]?.records ?? []));
    if (!fetched) continue;
    const isLost = (member.places[partition]?.owned?.position ?? 0) < (world.logs[partition]?.start ?? 0);
    if (isLost) yield { label: `${name} is out of range`, world: restart(world, index) };
    else yield { label: `${name} takes ${partition}`, world: set(fetched) };
  }
  if (uncommitted(member).length > 0) yield* commitSteps(world, index);
}

function look({ topicId, logs, group }: World) {
  const bounds = both.map((partition) => {
    const { start = 0, records: log = [] } = logs[partition] ?? {};
    return [start, log.length, group.committed[partition] ?? null] as const;
  });
  return { topicId, bounds };
}

function* workSteps(world: World, index: Index, partition: Index, nextOf: NextOf): Generator<Step> {
  const member = memberOf(world, index);
  const place = member.places[partition];
  const work = place?.work;
  if (!place || !work) return;
  const name = `${'AB'[index]} ${partition}`;
  const set = (changed: Member, tables = world.tables): World => ({
    ...world,
    tables,
    members: put(world.members, index, changed),
  });
  if (work.isDone) {
    yield { label: `${name} completes`, world: set(complete(member, partition)) };
    return;
  }
  const next = nextOf(partition, work);
  if (next === 'failed') yield { label: `${name} fails`, world: restart(world, index) };
  else if ('request' in next) {
    const { after, response } = run(world.tables, next.request);
    yield { label: `${name} writes`, world: set(answered(member, partition, response), after) };
    if (world.budget.lostReply > 0 && after !== world.tables)
      yield { label: `${name} writes, reply lost`, world: { ...spend(world, 'lostReply'), tables: after } };
  } else
    yield {
      label: `${name} is written`,
      world: set(written(member, partition, next.isTolerant, next.expected)),
    };
}

function* commitSteps(world: World, index: Index): Generator<Step> {
  const member = memberOf(world, index);
  const set = (changed: Member): World => ({ ...world, members: put(world.members, index, changed) });
  const name = 'AB'[index];
  if (member.isExpelled) yield { label: `${name} is expelled`, world: set(abandon(member)) };
  else if (member.generation === world.group.generation) {
    let { committed, isForeign } = world.group;
    for (const [partition, offset] of uncommitted(member)) {
      committed = put(committed, partition, offset);
      isForeign = put(isForeign, partition, member.topicId !== world.topicId);
    }
    const group = { ...world.group, committed, isForeign };
    yield { label: `${name} commits`, world: { ...set(acknowledge(member)), group } };
    if (world.budget.lostCommit > 0)
      yield { label: `${name} commits, reply lost`, world: { ...spend(world, 'lostCommit'), group } };
  }
}

/** A process ends and starts again; it joins at the next rebalance. */
export function restart(world: World, index: Index): World {
  return { ...world, members: put(world.members, index, newMember(world.group.generation)) };
}

/** The group's leader assigns the partitions; who had not joined the last generation is expelled. */
export function rebalance(world: World, owners: readonly Index[]): World {
  const { generation } = world.group;
  const members = world.members.map((member) =>
    member.generation < generation ? { ...member, isExpelled: true } : member,
  );
  return { ...world, members, group: { ...world.group, generation: generation + 1, owners } };
}

const assignments: readonly (readonly Index[])[] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

/** Everything that can go wrong, as long as the budget lasts. */
export function* faults(world: World): Generator<Step> {
  const { budget, tables } = world;
  if (budget.rebalance > 0)
    for (const owners of assignments)
      yield { label: `rebalance ${owners}`, world: rebalance(spend(world, 'rebalance'), owners) };
  if (budget.crash > 0)
    for (const index of both)
      yield { label: `${'AB'[index]} crashes`, world: restart(spend(world, 'crash'), index) };
  if (budget.restore > 0 && world.copy === null) yield { label: 'backup', world: { ...world, copy: tables } };
  if (budget.restore > 0 && world.copy !== null && world.copy !== tables)
    yield {
      label: 'restore',
      world: { ...spend(world, 'restore'), tables: world.copy, restore: 'restored' },
    };
  if (budget.recreate > 0) yield { label: 'topic is recreated', world: recreate(spend(world, 'recreate')) };
  if (budget.retention > 0)
    yield {
      label: 'retention',
      world: {
        ...spend(world, 'retention'),
        logs: world.logs.map((log) => ({ ...log, start: Math.min(1, log.records.length) })),
      },
    };
  const [oldest] = tables.events;
  if (budget.purge > 0 && oldest !== undefined)
    yield { label: 'purge', world: purge(spend(world, 'purge'), oldest) };
  if (budget.redrive > 0) yield* redrive(world);
}

function spend(world: World, fault: Fault): World {
  return { ...world, budget: { ...world.budget, [fault]: world.budget[fault] - 1 } };
}

function recreate(world: World): World {
  return {
    ...world,
    topicId: 1,
    logs: recreatedLogs.map((records, partition) => ({
      start: 0,
      records: world.logs[partition]?.records.length === 0 ? [] : records,
    })),
    group: { ...world.group, committed: [null, null], isForeign: [false, false] },
  };
}

function purge(world: World, event: number): World {
  const { tables } = world;
  const events = tables.events.filter((one) => one !== event);
  return {
    ...world,
    tables: { ...tables, events, counted: tables.counted - 1, purged: [...tables.purged, event] },
  };
}

function* redrive(world: World): Generator<Step> {
  const letter = world.tables.deadLetters.find(
    (one) => records[one]?.kind === 'invalid' && !world.tables.redriven.includes(one),
  );
  if (letter === undefined || world.redriving !== null) return;
  const log = world.logs[0] ?? { start: 0, records: [] };
  const logs = put(world.logs, 0, { ...log, records: [...log.records, REDRIVEN] });
  yield { label: 'redrive sends', world: { ...spend(world, 'redrive'), logs, redriving: letter } };
}

function memberOf(world: World, index: Index): Member {
  return world.members[index] ?? newMember(0);
}

/** Whether a log offset holds a record. */
export function isRecord(number: number | undefined): number is number {
  return number !== undefined && number !== HOLE;
}
