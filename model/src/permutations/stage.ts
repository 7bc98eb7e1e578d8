import { setTimeout as sleep } from 'node:timers/promises';
import { connectDatabase, type Database, migrateRollups } from '@pipeline/db';
import { settingsFor } from '@pipeline/testing';
import { latchKey, latchText } from './latches.ts';
import { type Operation, pointsOf } from './operations.ts';
import { rollups } from './rollups.ts';
import { Session } from './session.ts';
import { contentText, keepText, resetText, tidyText, violationsText } from './tables.ts';

/** Two operations that run at the same time. */
export type Pair = readonly [Operation, Operation];

/** One interleaving of a pair. */
export interface Interleaving {
  /** The session that was chosen at each point where both could go on: 0 or 1. */
  readonly choices: readonly number[];
  /** What was done, in order; for people. */
  readonly trace: readonly string[];
  readonly steps: number;
  /** Number of times that a session waited for a lock of the other one. */
  readonly blocked: number;
  /** Violated invariants, and deadlocks. */
  readonly problems: readonly string[];
  /** Results of both operations and the content of the tables, to compare with the serial orders. */
  readonly outcome: string;
}

/** A database on which two sessions are interleaved, watched by a third one. */
export class Stage implements AsyncDisposable {
  readonly #url: string;
  readonly #director: Database;
  readonly #sessions: readonly [Session, Session];
  #wake: () => void = () => {};

  private constructor(url: string, director: Database) {
    this.#url = url;
    this.#director = director;
    const wake = () => this.#wake();
    this.#sessions = [new Session(1, wake), new Session(2, wake)];
  }

  /** @param url of a database with empty tables that nothing else uses */
  static async open(url: string): Promise<Stage> {
    const director = connectDatabase(settingsFor(url), { applicationName: 'director', connections: 1 });
    await migrateRollups(settingsFor(url), rollups);
    const stage = new Stage(url, director);
    await stage.#run(`${keepText} ${latchText()}`);
    await Promise.all(stage.#sessions.map((session) => session.connect(url)));
    return stage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session[Symbol.asyncDispose]()));
    await this.#director[Symbol.asyncDispose]();
  }

  /** Prepares for another pair: small tables with all triggers. */
  async tidy(): Promise<void> {
    await this.#run(`${tidyText} ${latchText()}`);
  }

  /** Runs a pair once. Where both sessions can go on, the next of `choices` decides, and then the first session. */
  async interleave(pair: Pair, choices: readonly number[]): Promise<Interleaving> {
    await this.#prepare(pair);
    const run = {
      choices: [...choices],
      trace: [] as string[],
      problems: [] as string[],
      decisions: 0,
      blocked: 0,
    };
    await this.#settle();
    for (;;) {
      const ready = this.#sessions.filter(({ state }) => state === 'held' || state === 'latched');
      if (ready.length === 0) break;
      const choice = ready.length === 2 ? (run.choices[run.decisions] ?? 0) : undefined;
      if (choice !== undefined) run.choices[run.decisions++] = choice;
      const session = ready[choice ?? 0];
      if (session === undefined) throw new RangeError(`no session ${choice}`);
      run.trace.push(await this.#step(session));
      run.blocked += await this.#settle();
      run.problems.push(...(await this.#violations()));
    }
    const { trace, problems, blocked } = run;
    return {
      choices: run.choices,
      trace,
      steps: trace.length,
      blocked,
      problems: [...problems, ...this.#errors()],
      outcome: await this.#outcome(),
    };
  }

  async #prepare(pair: Pair): Promise<void> {
    const isRecreated = pair.some(({ partitions }) => partitions);
    await this.#run('select pg_advisory_unlock_all()');
    if (pair.some(({ migrates }) => migrates)) await migrateRollups(settingsFor(this.#url), rollups);
    await this.#run(resetText(isRecreated));
    const runs = await Promise.all(
      this.#sessions.map((session, index) =>
        session.prepare((client) => operationAt(pair, index).prepare(client)),
      ),
    );
    const latches = this.#sessions.flatMap(({ number }, index) =>
      pointsOf(operationAt(pair, index), operationAt(pair, 1 - index)).map(
        (point) => `(${number}, ${latchKey(point)})`,
      ),
    );
    if (latches.length > 0)
      await this.#run(
        `select pg_advisory_lock(session, key) from (values ${latches}) as latch (session, key)`,
      );
    for (const [index, session] of this.#sessions.entries()) session.start(runs[index] ?? (async () => {}));
  }

  /** Lets a session do its next step. @returns a description */
  async #step(session: Session): Promise<string> {
    const name = `${'?AB'[session.number]}:`;
    if (session.state === 'latched') {
      const { point } = session;
      session.passed.push(point);
      session.state = 'running';
      session.version++;
      await this.#run(`select pg_advisory_unlock(${session.number}, ${point})`);
      return `${name} passes ${point}`;
    }
    const again = session.passed
      .splice(0)
      .map((key) => `select pg_advisory_lock(${session.number}, ${key});`);
    if (again.length > 0) await this.#run(again.join(''));
    return `${name} ${session.release().replaceAll(/\s+/g, ' ').trim().slice(0, 60)}`;
  }

  /**
   * Waits until each session is held, latched, done or blocked by a session that does not move.
   * @returns the number of sessions that are blocked now, and were not before
   */
  async #settle(): Promise<number> {
    const before = this.#sessions.filter(({ state }) => state === 'blocked');
    for (const session of before) session.state = 'running';
    const isRunning = () => this.#sessions.some(({ state }) => state === 'running');
    while (isRunning()) {
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([changed, sleep(1)]);
      if (isRunning()) await this.#observe();
    }
    return this.#sessions.filter((one) => one.state === 'blocked' && !before.includes(one)).length;
  }

  /** Finds out which running sessions wait for a latch or for the other session. */
  async #observe(): Promise<void> {
    const versions = this.#sessions.map(({ version }) => version);
    const found = await this.#query<{ point: number | null; isBlocked: boolean }>(
      waitText,
      ...this.#sessions.flatMap(({ pid, number }) => [pid, number]),
    );
    for (const [index, session] of this.#sessions.entries()) {
      if (session.state !== 'running' || session.version !== versions[index]) continue;
      const { point, isBlocked } = found[index] ?? { point: null, isBlocked: false };
      if (point !== null) {
        session.point = point;
        session.state = 'latched';
      } else if (isBlocked && isStill(this.#otherOf(session.number))) session.state = 'blocked';
    }
  }

  #otherOf(number: number): Session {
    return this.#sessions[number === 1 ? 1 : 0];
  }

  async #violations(): Promise<readonly string[]> {
    const committed = this.#sessions.filter(({ hasCommitted }) => hasCommitted);
    if (committed.length === 0) return [];
    for (const session of committed) session.hasCommitted = false;
    const found = await this.#query<{ problem: string }>(violationsText);
    return found.map(({ problem }) => problem);
  }

  #errors(): readonly string[] {
    return this.#sessions.flatMap(({ errors }) =>
      errors.filter((code) => code === '40P01').map(() => 'a deadlock'),
    );
  }

  async #outcome(): Promise<string> {
    const [row] = await this.#query<{ content: string }>(contentText);
    const results = this.#sessions.map(({ outcome }) => outcome);
    return JSON.stringify({ results, tables: JSON.parse(row?.content ?? '{}') }, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}` : value instanceof Map ? [...value] : value,
    );
  }

  #query<Row extends object>(text: string, ...parameters: readonly number[]): Promise<readonly Row[]> {
    return this.#director.run((sql) => sql.unsafe<Row[]>(text, [...parameters], { prepare: true }));
  }

  async #run(text: string): Promise<void> {
    await this.#director.run((sql) => sql.unsafe(text).simple());
  }
}

/** For each session, by process and number: the latch that it waits for, and whether it waits for the other one. */
const waitText = `
  select (select objid::int from pg_locks where pid = one.pid and locktype = 'advisory'
            and classid = one.number::oid and objsubid = 2 and not granted) as point,
         pg_blocking_pids(one.pid) && array[one.other] as "isBlocked"
  from (values (1, $1::int, $2::int, $3::int), (2, $3::int, $4::int, $1::int)) as one (place, pid, number, other)
  order by place`;

/** Whether a session keeps its locks until it is chosen. */
function isStill({ state, isInTransaction }: Session): boolean {
  return state === 'latched' || (state === 'held' && isInTransaction);
}

function operationAt(pair: Pair, index: number): Operation {
  const operation = pair[index];
  if (operation === undefined) throw new RangeError(`no operation ${index}`);
  return operation;
}
