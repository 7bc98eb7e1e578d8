import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, waitForEvidence } from '../support/fault.ts';
import { withoutRebalance } from '../support/rebalance.ts';
import type { System } from '../support/system.ts';
import { waitUntil } from '../support/wait.ts';

/** Postgres is ended with a signal, stays away until the consumers have noticed and for a while, and comes back. */
function ending(name: string, signal: NodeJS.Signals): Fault {
  return {
    name,
    async inject(system) {
      const seen = waitForEvidence(system, /waiting for Postgres/);
      await system.postgres.kill(signal);
      await seen;
      await sleep(3_000);
      await system.postgres.start();
    },
  };
}

const postgresKilled = ending('Postgres is killed', 'SIGKILL');
/** https://www.postgresql.org/docs/current/server-shutdown.html: no backend finishes anything. */
const postgresImmediateStop = ending('Postgres is stopped at once', 'SIGQUIT');
/** Open transactions are rolled back, and their clients are told. */
const postgresFastStop = ending('Postgres is stopped fast', 'SIGINT');

const postgresRestarts: Fault = {
  name: 'Postgres is restarted three times',
  async inject({ postgres }) {
    for (let restarts = 0; restarts < 3; restarts++) {
      await postgres.kill('SIGINT');
      await postgres.start();
      await sleep(1_500);
    }
  },
};

const backendsTerminated: Fault = {
  name: 'every backend is terminated each second',
  async inject({ operator }) {
    let terminated = 0;
    for (let seconds = 0; seconds < 6; seconds++) {
      terminated += await signalConsumersBackends(operator, 'pg_terminate_backend');
      await sleep(1_000);
    }
    if (terminated < 6) throw new Error(`only ${terminated} backends were terminated`);
  },
};

const statementsCanceled: Fault = {
  name: 'statements are cancelled again and again (57014)',
  async inject(system) {
    const seen = waitForEvidence(system, /\(57014\)/);
    for (let times = 0; times < 200; times++) {
      await signalConsumersBackends(system.operator, 'pg_cancel_backend');
      await sleep(20);
    }
    await seen;
  },
};

async function signalConsumersBackends(
  operator: System['operator'],
  name: 'pg_terminate_backend' | 'pg_cancel_backend',
): Promise<number> {
  const signalled = await operator.run(
    (sql) => sql`select ${sql.unsafe(name)}(pid) from pg_stat_activity where application_name = 'consumer'`,
  );
  return signalled.length;
}

const readOnly: Fault = {
  name: 'Postgres is read-only (25006)',
  async inject(system) {
    const seen = waitForEvidence(system, /\(25006\)/);
    await alterSystem(system, 'set default_transaction_read_only = on');
    await seen;
    await sleep(3_000);
    await alterSystem(system, 'reset default_transaction_read_only');
  },
};

async function alterSystem({ operator }: System, change: string): Promise<void> {
  await operator.run((sql) => sql.unsafe(`alter system ${change}`).simple());
  await operator.run((sql) => sql`select pg_reload_conf()`);
}

/** Whoever began before the operator's change of the ledgers is committed, and waits for it, cannot be serialized with it. */
const serializationFailures: Fault = {
  name: 'transactions fail to serialize (40001)',
  async inject(system) {
    await alterWriter(system, `set default_transaction_isolation = 'repeatable read'`);
    const seen = waitForEvidence(system, /\(40001\)/);
    await runInTransaction(
      system,
      'update ingest_progress set updated_at = updated_at; perform pg_sleep(5);',
    );
    await seen;
    await alterWriter(system, 'reset default_transaction_isolation');
  },
};

/** Changes the consumers' role, and has them connect anew so that it counts. */
async function alterWriter({ operator }: System, change: string): Promise<void> {
  await operator.run((sql) => sql.unsafe(`alter role writer ${change}`).simple());
  await signalConsumersBackends(operator, 'pg_terminate_backend');
}

/** Two session timeouts: whoever does not tell the group that it is alive while it waits loses its partitions. */
const LOCKED_MS = 12_500;

const tableLocked: Fault = {
  name: 'a table is locked for two session timeouts, with no rebalance',
  inject: (system) =>
    withoutRebalance(system, async () => {
      const locked = lockEvents(system, LOCKED_MS);
      await waitUntil(() => consumersWait(system));
      await locked;
    }),
};

/** Locks the table of events, even for readers, for so long. */
export async function lockEvents(system: System, ms: number): Promise<void> {
  await runInTransaction(
    system,
    `lock table raw_events in access exclusive mode; perform pg_sleep(${ms / 1_000});`,
  );
}

/** A block of PL/pgSQL is one transaction, and one statement to the driver. */
async function runInTransaction({ operator }: System, statements: string): Promise<void> {
  await operator.run((sql) => sql.unsafe(`do $$ begin ${statements} end $$`).simple());
}

/** Whether a consumer's statement waits for a lock. */
export async function consumersWait({ operator }: System): Promise<boolean> {
  const waiting = await operator.run(
    (sql) =>
      sql`select from pg_stat_activity where application_name = 'consumer' and wait_event_type = 'Lock'`,
  );
  return waiting.length > 0;
}

/**
 * A write locks its ledger's row, then the minutes. The operator locks minutes first, and asks for the ledgers once a
 * write waits for it: a deadlock, and the write, which waits for longer, is the one that Postgres ends.
 */
const deadlock: Fault = {
  name: 'a write is the victim of a deadlock (40P01)',
  async inject(system) {
    const seen = waitForEvidence(system, /\(40P01\)/);
    await runInTransaction(
      system,
      `set local deadlock_timeout = '20s';
       perform from agg_events_minute for update;
       perform pg_sleep(0.7);
       perform from ingest_progress for update;`,
    );
    await seen;
  },
};

const connectionsExhausted: Fault = {
  name: 'no connection is left (53300)',
  async inject(system) {
    const limit = (connections: number) =>
      system.operator.run((sql) => sql.unsafe(`alter role writer connection limit ${connections}`));
    const seen = waitForEvidence(system, /\(53300\)/);
    await limit(0);
    await signalConsumersBackends(system.operator, 'pg_terminate_backend');
    await seen;
    await sleep(5_000);
    await limit(-1);
  },
};

const slow: Fault = {
  name: 'every write takes a second longer, with no rebalance',
  inject: (system) =>
    withoutRebalance(system, async () => {
      await system.operator.run((sql) =>
        sql
          .unsafe(
            `create function dawdle() returns trigger language plpgsql as 'begin perform pg_sleep(1); return null; end';
             create trigger slow after insert on raw_events for each statement execute function dawdle();`,
          )
          .simple(),
      );
      await waitUntil(async () => (await countSleeping(system)) > 0);
      await sleep(12_500);
      await system.operator.run((sql) => sql.unsafe('drop function dawdle cascade').simple());
    }),
};

async function countSleeping({ operator }: System): Promise<number> {
  const sleeping = await operator.run(
    (sql) => sql`select from pg_stat_activity where application_name = 'consumer' and wait_event = 'PgSleep'`,
  );
  return sleeping.length;
}

/** What happens to Postgres. */
export const postgresFaults = {
  postgresKilled,
  postgresImmediateStop,
  postgresFastStop,
  postgresRestarts,
  backendsTerminated,
  statementsCanceled,
  readOnly,
  serializationFailures,
  tableLocked,
  deadlock,
  connectionsExhausted,
  slow,
};
