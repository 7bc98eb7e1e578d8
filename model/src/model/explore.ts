import type { LogCheck } from '@pipeline/kafka/consume';
import { type Decisions, faults, progress, rebalance, restart, type Step } from './actions.ts';
import { checkOf, continues } from './checking.ts';
import { intern, numberOf } from './intern.ts';
import { isDrained, violated } from './invariants.ts';
import { newMember } from './member.ts';
import { firstLogs } from './records.ts';
import {
  type Budget,
  both,
  type LedgerRow,
  type Log,
  logOf,
  type Owned,
  type Work,
  type World,
} from './world.ts';
import { type Next, nextOf } from './writing.ts';

export const noFaults: Budget = {
  rebalance: 0,
  crash: 0,
  lostReply: 0,
  lostCommit: 0,
  restore: 0,
  recreate: 0,
  retention: 0,
  purge: 0,
  redrive: 0,
  truncate: 0,
};

export interface Exploration {
  readonly states: number;
  readonly steps: number;
  /** A violated invariant and the steps that lead to it. */
  readonly violation?: { readonly what: string; readonly trace: readonly string[] };
}

/**
 * The world before anything has happened.
 * @param partitions those that have records
 * @param offsets number of offsets of each; defaults to all
 */
export function firstWorld(
  budget: Budget,
  partitions: readonly number[] = both,
  offsets = Number.POSITIVE_INFINITY,
): World {
  const recordsOf = (partition: number, records: readonly number[]) =>
    partitions.includes(partition) ? records.slice(0, offsets) : [];
  return {
    topicId: 0,
    logs: firstLogs.map((records, partition) => logOf(recordsOf(partition, records))),
    tables: {
      events: [],
      changed: [],
      counted: 0,
      deadLetters: [],
      redriven: [],
      ledgers: [null, null],
      purged: [],
    },
    copy: null,
    restore: 'none',
    redriving: null,
    group: { generation: 1, owners: [0, 1], committed: [null, null], isForeign: [false, false] },
    members: [newMember(0), newMember(0)],
    budget,
  };
}

/** The text that identifies a world of interned parts. */
function keyOf({ topicId, restore, redriving, logs, tables, copy, group, budget, members }: World): string {
  const parts = [logs, tables, copy ?? logs, group, budget, ...members].map(numberOf);
  return `${topicId}${restore}${redriving},${parts}`;
}

/** Answers of real functions, which take a turn of the event loop to compute. */
class Answers<Question extends readonly object[], Answer> {
  readonly #known = new Map<string, Answer>();
  readonly #missing = new Map<string, Question>();
  readonly #compute: (...question: Question) => Promise<Answer>;
  readonly #placeholder: Answer;

  /** @param placeholder is answered until `fill` has computed the answer */
  constructor(compute: (...question: Question) => Promise<Answer>, placeholder: Answer) {
    this.#compute = compute;
    this.#placeholder = placeholder;
  }

  get(key: string, ...question: Question): Answer {
    const known = this.#known.get(key);
    if (known === undefined) this.#missing.set(key, question);
    return known ?? this.#placeholder;
  }

  /** Computes what `get` did not know; false if that was nothing. */
  async fill(): Promise<boolean> {
    const missing = [...this.#missing];
    this.#missing.clear();
    for (const [key, question] of missing) this.#known.set(key, await this.#compute(...question));
    return missing.length > 0;
  }
}

/** The decisions of the real code. */
export class RealDecisions implements Decisions {
  readonly #next: Answers<[Work, { readonly partition: number }], Next>;
  readonly #checks = new Answers(checkOf, { state: 'unknown' });
  readonly #continues = new Answers(continues, true);
  readonly #byWork = [new WeakMap<Work, Next>(), new WeakMap<Work, Next>()];

  /** @param copyMinEvents number of events from which on a batch is written by COPY. Defaults to never */
  constructor(copyMinEvents = Number.POSITIVE_INFINITY) {
    this.#next = new Answers((work, { partition }) => nextOf(partition, work, copyMinEvents), 'failed');
  }

  nextOf(partition: number, work: Work): Next {
    const cached = this.#byWork[partition]?.get(work);
    if (cached !== undefined) return cached;
    const next = this.#next.get(`${partition}${JSON.stringify(work)}`, work, { partition });
    if (next !== 'failed') this.#byWork[partition]?.set(work, next);
    return next;
  }

  check(row: LedgerRow, log: Log): LogCheck {
    return this.#checks.get(`${row.next}${row.tail}${JSON.stringify(log)}`, row, log);
  }

  continues(owned: Owned, log: Log): boolean {
    return this.#continues.get(`${owned.position}@${owned.epoch}${JSON.stringify(log)}`, owned, log);
  }

  async fill(): Promise<boolean> {
    const filled = [await this.#next.fill(), await this.#checks.fill(), await this.#continues.fill()];
    return filled.includes(true);
  }
}

/** Everything that can happen in a world. */
export async function stepsOf(
  world: World,
  decisions: RealDecisions,
): Promise<readonly (Step & { readonly isProgress: boolean })[]> {
  for (;;) {
    const steps = [...progress(world, decisions)].map((step) => ({ ...step, isProgress: true }));
    const wrong = [...faults(world)].map((step) => ({ ...step, isProgress: false }));
    if (!(await decisions.fill())) return [...steps, ...wrong];
  }
}

/** The same world of interned parts. */
export function canonicalOf(world: World): World {
  return {
    ...world,
    logs: intern(world.logs.map(intern)),
    tables: intern(world.tables),
    copy: world.copy && intern(world.copy),
    group: intern(world.group),
    budget: intern(world.budget),
    members: world.members.map(intern),
  };
}

/** A world in the graph of all worlds. */
interface Node {
  /** Dropped once it is expanded, unless nothing goes on in it. */
  world: World | undefined;
  readonly parent: number;
  readonly label: string;
}

/** Explores every state that is reachable within the budget. */
export class Explorer {
  readonly #decisions = new RealDecisions();
  readonly #seen = new Map<string, number>();
  readonly #nodes: Node[] = [];
  /** The first step of each node without a fault: following them must drain the world. */
  readonly #next: number[] = [];
  #steps = 0;

  /** @returns the number of states and steps, and the first violation with the steps that lead to it */
  async explore(first: World): Promise<Exploration> {
    this.#add(first, -1, '');
    for (let at = 0; at < this.#nodes.length; at++) {
      const what = violated(this.#worldAt(at));
      if (what !== undefined) return this.#result({ what, trace: this.#traceOf(at) });
      await this.#expand(at);
    }
    return this.#result(await this.#firstStuck());
  }

  #result(violation?: Exploration['violation']): Exploration {
    return { states: this.#nodes.length, steps: this.#steps, ...(violation && { violation }) };
  }

  #worldAt(at: number): World {
    const world = this.#nodes[at]?.world;
    if (world === undefined) throw new RangeError(`the world of state ${at} is not kept`);
    return world;
  }

  async #expand(at: number): Promise<void> {
    const world = this.#worldAt(at);
    const steps = await stepsOf(world, this.#decisions);
    this.#steps += steps.length;
    this.#next[at] = -1;
    for (const [index, step] of steps.entries()) {
      const to = this.#add(step.world, at, step.label);
      if (index === 0 && step.isProgress) this.#next[at] = to;
    }
    const node = this.#nodes[at];
    if (node !== undefined && this.#next[at] !== -1) node.world = undefined;
  }

  #add(world: World, parent: number, label: string): number {
    const canonical = canonicalOf(world);
    const key = keyOf(canonical);
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    const at = this.#nodes.push({ world: canonical, parent, label }) - 1;
    this.#seen.set(key, at);
    return at;
  }

  #traceOf(at: number): string[] {
    const trace: string[] = [];
    for (let index = at; index > 0; index = this.#nodes[index]?.parent ?? 0)
      trace.unshift(this.#nodes[index]?.label ?? '');
    return trace;
  }

  /** The first state from which the world does not drain without further faults. */
  async #firstStuck(): Promise<Exploration['violation']> {
    const drains = new Uint8Array(this.#nodes.length);
    for (let at = 0; at < drains.length; at++) {
      const path: number[] = [];
      let end = at;
      while (drains[end] === 0 && this.#next[end] !== -1 && path.length <= MAX_STEPS) {
        path.push(end);
        end = this.#next[end] ?? -1;
      }
      const isDraining =
        path.length <= MAX_STEPS && (drains[end] === 1 || (await this.#drainsAtRest(this.#worldAt(end))));
      if (!isDraining) return { what: 'it does not drain', trace: [...this.#traceOf(at), 'then no fault'] };
      for (const one of [...path, end]) drains[one] = 1;
    }
    return undefined;
  }

  /** Whether a world in which nothing goes on is drained, or drains after a repair. */
  async #drainsAtRest(from: World): Promise<boolean> {
    let world = from;
    for (let steps = 0; steps < MAX_STEPS && !isDrained(world); steps++) {
      const [step] = await stepsOf({ ...canonicalOf(world), budget: noFaults }, this.#decisions);
      world = step?.world ?? repaired(world);
      if (violated(world) !== undefined) return false;
    }
    return isDrained(world);
  }
}

const MAX_STEPS = 300;

/**
 * What happens if nothing else does: processes restart, the group rebalances, and after a minute without a write a
 * ledger may go back to the topic before.
 */
export function repaired(world: World): World {
  const restarted =
    world.restore === 'restored' ? both.reduce(restart, { ...world, restore: 'restarted' as const }) : world;
  const ledgers = restarted.tables.ledgers.map((row) => row && { ...row, formerTopicId: null });
  return rebalance({ ...restarted, tables: { ...restarted.tables, ledgers } }, [0, 1]);
}
