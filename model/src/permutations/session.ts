import { connectDatabase, type Database, isTransientError, type Persist } from '@pipeline/db';
import { openRedriveQueue, type RedriveQueue } from '@pipeline/db/dead-letters';
import { settingsFor } from '@pipeline/testing';
import { Gate, type Held } from './gate.ts';

/** What an operation of the real code gets: a pool of one connection. */
export interface Client {
  readonly database: Database;
  readonly queue: RedriveQueue;
  /** For code that connects itself. */
  readonly settings: ReturnType<typeof settingsFor>;
  /** Retries at once, because the other session has moved on. */
  readonly persist: Persist;
}

/**
 * What a session does: it waits at the gate (`held`), at a point inside a statement (`latched`) or for a lock of the
 * other session (`blocked`), or its operation has ended (`done`).
 */
export type State = 'running' | 'held' | 'latched' | 'blocked' | 'done';

/** Statements that no other session can influence or notice; they are no steps of their own. */
const irrelevant =
  /^\s*(begin|select (relnamespace::regnamespace|relkind|to_regclass|coalesce\(sum\(row_count|split_part|case ev_class)|insert into "public"\.purges|delete from "public"\.dlq_actions)/;

/** One of the two sessions: a client of the real code, each of whose messages waits for its turn. */
export class Session implements AsyncDisposable {
  readonly number: number;
  state: State = 'done';
  /** The server process that runs its message. */
  pid = 0;
  /** The key of the latch that it waits for. */
  point = 0;
  isInTransaction = false;
  /** Whether it has ended a transaction since this was last reset. */
  hasCommitted = false;
  /** Increases with every event, so that an outdated observation can be recognized. */
  version = 0;
  /** SQLSTATEs that it has received. */
  readonly errors: string[] = [];
  /** The operation's result, or its error. */
  outcome: unknown;
  /** Latches that it has passed in its message. */
  readonly passed: number[] = [];
  #held: Held | undefined;
  #gate: Gate | undefined;
  #client: Client | undefined;
  readonly #onEvent: () => void;

  constructor(number: number, onEvent: () => void) {
    this.number = number;
    this.#onEvent = onEvent;
  }

  /** Opens its gate in front of a database. */
  async connect(url: string): Promise<void> {
    const { hostname, port } = new URL(url);
    const target = { host: hostname, port: Number(port) };
    this.#gate = await Gate.start(target, this.number, {
      onHeld: (held) => this.#hold(held),
      onReady: (isInTransaction) => this.#ready(isInTransaction),
      onError: (sqlstate) => this.errors.push(sqlstate),
    });
    const gated = new URL(url);
    gated.host = `127.0.0.1:${this.#gate.port}`;
    // A message that waits for its turn must not count as one that Postgres does not answer.
    const settings = { ...settingsFor(gated.href), DATABASE_STATEMENT_TIMEOUT_MS: 600_000 };
    const database = connectDatabase(settings, { applicationName: 'permutations', connections: 1 });
    const persist: Persist = async (statement) => {
      for (let retries = 0; ; retries++) {
        try {
          return await statement();
        } catch (error) {
          if (!isTransientError(error) || retries === MAX_RETRIES) throw error;
        }
      }
    };
    // A third session would be no step of either operation.
    const alone: Database = { ...database, runAside: async () => [] };
    this.#client = { database: alone, persist, settings, queue: openRedriveQueue(settings, 'test') };
  }

  /** Prepares an operation, whose messages pass at once. */
  async prepare(
    prepare: (client: Client) => Promise<() => Promise<unknown>>,
  ): Promise<() => Promise<unknown>> {
    if (this.#gate === undefined || this.#client === undefined)
      throw new Error('the session is not connected');
    this.#gate.isOpen = true;
    const run = await prepare(this.#client);
    this.#gate.isOpen = false;
    this.errors.length = 0;
    this.passed.length = 0;
    return run;
  }

  /** Starts an operation; its first message will be held. */
  start(run: () => Promise<unknown>): void {
    this.state = 'running';
    this.hasCommitted = false;
    run().then(
      (result) => this.#end(result),
      (error: unknown) => this.#end(`${error}`),
    );
  }

  /** Lets the held message through. @returns its text */
  release(): string {
    const held = this.#held;
    if (held === undefined) throw new Error(`session ${this.number} holds no message`);
    this.state = 'running';
    this.#held = undefined;
    held.release();
    return held.text;
  }

  #hold(held: Held): void {
    this.pid = held.pid;
    if (irrelevant.test(held.text)) {
      held.release();
      return;
    }
    this.#held = held;
    this.#change('held');
  }

  #ready(isInTransaction: boolean): void {
    this.version++;
    this.isInTransaction = isInTransaction;
    if (!isInTransaction) this.hasCommitted = true;
  }

  #end(outcome: unknown): void {
    this.outcome = outcome;
    this.#change('done');
  }

  #change(state: State): void {
    this.state = state;
    this.version++;
    this.#onEvent();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.queue[Symbol.asyncDispose]();
    await this.#client?.database[Symbol.asyncDispose]();
    await this.#gate?.[Symbol.asyncDispose]();
  }
}

const MAX_RETRIES = 5;
