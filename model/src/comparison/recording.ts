import { codeOf } from '@pipeline/db';
import { type Clock, replaceTime } from '../simulation/clock.ts';
import type { Database } from '../simulation/database.ts';
import { simulate } from '../simulation/simulate.ts';
import type { Tables } from '../simulation/tables.ts';

/** The calls of the simulated database that read or change its tables. */
const names = [
  'openAsBefore',
  'open',
  'rewind',
  'write',
  'findDeadLettered',
  'findInvalidRows',
  'findConflicts',
  'purge',
  'backUp',
  'restore',
] as const;

type Name = (typeof names)[number];

/** A database that does the same. */
export type Calls = {
  readonly [One in Name]: (...args: Parameters<Database[One]>) => Promise<ReturnType<Database[One]>>;
};

/** The result of a call, or the class of its error. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

/** A call of the simulated database. */
export interface Call {
  readonly name: Name;
  readonly args: readonly unknown[];
  readonly outcome: Outcome;
  /** The virtual time in milliseconds. */
  readonly now: number;
  /** Whether the right to insert events was missing. */
  readonly isRefusing: boolean;
}

/** What a seed has done with the database. */
export interface Recording {
  readonly seed: number;
  readonly conflicts: Database['conflicts'];
  /** In the order of their execution, also those whose reply was lost. */
  readonly calls: readonly Call[];
  /** The tables at the end. */
  readonly tables: Tables;
}

/** Simulates a seed and records its calls of the database. */
export async function record(seed: number): Promise<Recording> {
  using time = replaceTime();
  const calls: Call[] = [];
  const databases: Database[] = [];
  const wrap = (database: Database, clock: Clock) => {
    databases.push(database);
    return recorded(database, clock, calls);
  };
  await simulate(seed, time.use, { wrap });
  const [database] = databases;
  if (database === undefined) throw new Error('the simulation has no database');
  return { seed, conflicts: database.conflicts, calls, tables: database.tables };
}

/** The same database, which notes its calls. */
function recorded(database: Database, clock: Clock, calls: Call[]): Database {
  return new Proxy(database, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      const name = names.find((one) => one === key);
      if (name === undefined || typeof member !== 'function') return member;
      return (...args: readonly unknown[]) => {
        const at = { now: clock.now, isRefusing: target.isRefusing };
        const note = (outcome: Outcome) => calls.push({ name, args, outcome, ...at });
        try {
          const value: unknown = Reflect.apply(member, target, args);
          note({ value });
          return value;
        } catch (error) {
          note({ error: classOf(error) });
          throw error;
        }
      };
    },
  });
}

/** What a caller distinguishes errors by: their SQLSTATE, or the name of one that has none. */
export function classOf(error: unknown): string {
  return codeOf(error) || String(error instanceof Error ? error.name : error);
}
