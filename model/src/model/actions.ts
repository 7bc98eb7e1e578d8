import {
  abandon,
  acknowledge,
  answered,
  type CheckLog,
  canLook,
  complete,
  fetchAndTake,
  join,
  locate,
  newMember,
  relocate,
  uncommitted,
  written,
} from './member.ts';
import { CUT, REDRIVEN, records, recreatedLogs, regrowths } from './records.ts';
import { run } from './statements.ts';
import {
  add,
  both,
  type Fault,
  type Index,
  type Log,
  logOf,
  type Member,
  type Owned,
  put,
  type Work,
  type World,
} from './world.ts';
import type { Next } from './writing.ts';

/** One thing that can happen, and the world after it. */
export interface Step {
  readonly label: string;
  readonly world: World;
}

/** What the real code decides: the writer's next statement, and the checks of a log. */
export interface Decisions {
  readonly nextOf: (partition: number, work: Work) => Next;
  readonly check: CheckLog;
  readonly continues: (owned: Owned, log: Log) => boolean;
}

/** Steps without a fault: each is progress of a member or of a redrive. */
export function* progress(world: World, decide: Decisions): Generator<Step> {
  for (const index of both) yield* memberSteps(world, index, decide);
  if (world.redriving !== null) {
    const { tables, redriving } = world;
    // A restore may have removed the dead letter.
    const sent = tables.deadLetters.filter((one) => one === redriving);
    const marked = { ...tables, redriven: add(tables.redriven, ...sent) };
    yield { label: 'redrive marks', world: { ...world, tables: marked, redriving: null } };
  }
}

function* memberSteps(world: World, index: Index, decide: Decisions): Generator<Step> {
  const member = memberOf(world, index);
  const { group } = world;
  const set = (changed: Member): World => ({ ...world, members: put(world.members, index, changed) });
  const name = 'AB'[index];
  if (member.generation < group.generation) {
    const partitions = both.filter((partition) => group.owners[partition] === index);
    yield { label: `${name} joins`, world: set(join(member, group.generation, ...partitions)) };
  }
  if (canLook(member)) yield { label: `${name} looks`, world: set({ ...member, looked: look(world) }) };
  if (member.looked !== null) {
    const located = locate(world, index, (row, log) => decide.check(row, log));
    if (located !== 'blocked')
      yield { label: `${name} locates`, world: located === 'failed' ? restart(world, index) : located };
  }
  for (const partition of both) {
    yield* workSteps(world, index, partition, decide);
    yield* fetchSteps(world, index, partition, decide);
  }
  if (uncommitted(member).length > 0) yield* commitSteps(world, index);
}

function* fetchSteps(world: World, index: Index, partition: Index, decide: Decisions): Generator<Step> {
  const member = memberOf(world, index);
  const log = world.logs[partition];
  const owned = member.places[partition]?.owned;
  if (member.topicId !== world.topicId || log === undefined || owned?.state !== 'reading') return;
  const set = (changed: Member): World => ({ ...world, members: put(world.members, index, changed) });
  const name = 'AB'[index];
  if (owned.position < log.start || owned.position > log.records.length) {
    yield { label: `${name} is out of range`, world: restart(world, index) };
    return;
  }
  const fetched = fetchAndTake(member, partition, log);
  if (fetched === undefined) return;
  const doubt = `${owned.position}@${log.epochs[owned.position]}`;
  if (owned.doubt === doubt || decide.continues(owned, log))
    yield { label: `${name} takes ${partition}`, world: set(fetched) };
  else yield { label: `${name} doubts ${partition}`, world: set(relocate(member, partition, doubt)) };
}

function look({ topicId, logs, group }: World) {
  const bounds = both.map((partition) => {
    const { start = 0, records: log = [] } = logs[partition] ?? {};
    return [start, log.length, group.committed[partition] ?? null] as const;
  });
  return { topicId, bounds };
}

function* workSteps(world: World, index: Index, partition: Index, decide: Decisions): Generator<Step> {
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
  const next = decide.nextOf(partition, work);
  if (next === 'failed') yield { label: `${name} fails`, world: restart(world, index) };
  else if ('request' in next) {
    const { after, response } = run(world.tables, next.request);
    yield { label: `${name} writes`, world: set(answered(member, partition, response), after) };
    if (world.budget.lostReply > 0 && after !== world.tables)
      yield { label: `${name} writes, reply lost`, world: { ...spend(world, 'lostReply'), tables: after } };
  } else
    yield {
      label: `${name} is written`,
      world: set(written(member, partition, next.isTolerant, next.expected, next.tail)),
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
      const isReset = member.places[partition]?.resets !== world.tables.ledgers[partition]?.resets;
      isForeign = put(isForeign, partition, isReset || member.topicId !== world.topicId);
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
  if (budget.truncate > 0)
    for (const written of regrowths)
      yield {
        label: `log is cut, ${written.length} written`,
        world: truncate(spend(world, 'truncate'), written),
      };
}

function spend(world: World, fault: Fault): World {
  return { ...world, budget: { ...world.budget, [fault]: world.budget[fault] - 1 } };
}

function recreate(world: World): World {
  return {
    ...world,
    topicId: 1,
    logs: recreatedLogs.map((records, partition) =>
      logOf(world.logs[partition]?.records.length === 0 ? [] : records),
    ),
    group: { ...world.group, committed: [null, null], isForeign: [false, false] },
  };
}

/** The log loses its tail, and a leader of the next epoch writes other records. */
function truncate(world: World, written: readonly number[]): World {
  const { start, records: kept, epochs } = world.logs[0] ?? logOf([]);
  const log = {
    start,
    records: [...kept.slice(0, CUT), ...written],
    epochs: [...epochs.slice(0, CUT), ...written.map(() => 1)],
  };
  return { ...world, logs: put(world.logs, 0, log) };
}

function purge(world: World, event: number): World {
  const { tables } = world;
  const events = tables.events.filter((one) => one !== event);
  return {
    ...world,
    tables: {
      ...tables,
      events,
      changed: tables.changed.filter((one) => one !== event),
      counted: tables.counted - 1,
      purged: [...tables.purged, event],
    },
  };
}

function* redrive(world: World): Generator<Step> {
  const letter = world.tables.deadLetters.find(
    (one) => records[one]?.kind === 'invalid' && !world.tables.redriven.includes(one),
  );
  if (letter === undefined || world.redriving !== null) return;
  const log = world.logs[0] ?? logOf([]);
  const epochs = [...log.epochs, log.epochs.at(-1) ?? 0];
  const logs = put(world.logs, 0, { ...log, records: [...log.records, REDRIVEN], epochs });
  yield { label: 'redrive sends', world: { ...spend(world, 'redrive'), logs, redriving: letter } };
}

function memberOf(world: World, index: Index): Member {
  return world.members[index] ?? newMember(0);
}
