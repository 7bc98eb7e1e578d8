import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../support/programs/wait.ts';
import { type Fault, NoEffect, watchForEvidence } from '../support/system/fault.ts';
import { withoutRebalance } from '../support/system/rebalance.ts';
import type { System } from '../support/system/system.ts';

/** Stops Postgres with a signal; restarts it 3 s after the consumers have logged the outage. */
function stopped(name: string, signal: NodeJS.Signals): Fault {
  return {
    name,
    async inject(system) {
      const seen = watchForEvidence(system, /waiting for Postgres/);
      await system.postgres.kill(signal);
      await seen();
      await sleep(3_000);
      await system.postgres.start();
    },
  };
}

const postgresKilled = stopped('Postgres is killed', 'SIGKILL');
/** Immediate shutdown, without cleanup: https://www.postgresql.org/docs/current/server-shutdown.html */
const postgresImmediateStop = stopped('Postgres is shut down in immediate mode', 'SIGQUIT');
/** Fast shutdown: open transactions are rolled back and their clients get an error. */
const postgresFastStop = stopped('Postgres is shut down in fast mode', 'SIGINT');

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
  name: 'all backends are terminated every second',
  async inject({ operator }) {
    let terminated = 0;
    for (let seconds = 0; seconds < 6; seconds++) {
      terminated += await signalConsumerBackends(operator, 'pg_terminate_backend');
      await sleep(1_000);
    }
    if (terminated < 6) throw new NoEffect(`only ${terminated} backends were terminated`);
  },
};

const statementsCanceled: Fault = {
  name: 'statements are cancelled repeatedly (57014)',
  async inject(system) {
    const seen = watchForEvidence(system, /\(57014\)/);
    for (let times = 0; times < 200; times++) {
      await signalConsumerBackends(system.operator, 'pg_cancel_backend');
      await sleep(20);
    }
    await seen();
  },
};

async function signalConsumerBackends(
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
    const seen = watchForEvidence(system, /\(25006\)/);
    await alterSystem(system, 'set default_transaction_read_only = on');
    await seen();
    await sleep(3_000);
    await alterSystem(system, 'reset default_transaction_read_only');
  },
};

/** A session keeps the default with which it began, like a connection to the former primary. */
const readOnlySessions: Fault = {
  name: 'connections stay with a read-only server (25006)',
  async inject(system) {
    const seen = watchForEvidence(system, /\(25006\)/);
    await alterWriter(system, 'set default_transaction_read_only = on');
    await seen();
    await system.operator.run((sql) => sql.unsafe('alter role writer reset default_transaction_read_only'));
  },
};

async function alterSystem({ operator }: System, change: string): Promise<void> {
  await operator.run((sql) => sql.unsafe(`alter system ${change}`).simple());
  await operator.run((sql) => sql`select pg_reload_conf()`);
}

/** A transaction that waits for a ledger update of the operator cannot be serialized after it. */
const serializationFailures: Fault = {
  name: 'transactions fail to serialize (40001)',
  async inject(system) {
    await alterWriter(system, `set default_transaction_isolation = 'repeatable read'`);
    const seen = watchForEvidence(system, /\(40001\)/);
    await runInTransaction(
      system,
      'update ingest_progress set updated_at = updated_at; perform pg_sleep(5);',
    );
    await seen();
    await alterWriter(system, 'reset default_transaction_isolation');
  },
};

/** Changes the consumers' role and makes them reconnect, so that the change takes effect. */
async function alterWriter({ operator }: System, change: string): Promise<void> {
  await operator.run((sql) => sql.unsafe(`alter role writer ${change}`).simple());
  await signalConsumerBackends(operator, 'pg_terminate_backend');
}

/** Two session timeouts: a member that sends no heartbeats while it waits loses its partitions. */
const LOCKED_MS = 12_500;

const tableLocked: Fault = {
  name: 'a table is locked for two session timeouts (no rebalance)',
  inject: (system) =>
    withoutRebalance(system, async () => {
      const locked = lockEvents(system, LOCKED_MS);
      await waitUntil(() => isConsumerBlocked(system));
      await locked;
    }),
};

/** Locks `raw_events`, for readers too. */
export async function lockEvents(system: System, ms: number): Promise<void> {
  await runInTransaction(
    system,
    `lock table raw_events in access exclusive mode; perform pg_sleep(${ms / 1_000});`,
  );
}

/** A PL/pgSQL block is one transaction, and a single statement for the driver. */
async function runInTransaction({ operator }: System, statements: string): Promise<void> {
  await operator.run((sql) => sql.unsafe(`do $$ begin ${statements} end $$`).simple());
}

/** Whether a consumer's statement is waiting for a lock. */
export async function isConsumerBlocked({ operator }: System): Promise<boolean> {
  const waiting = await operator.run(
    (sql) =>
      sql`select from pg_stat_activity where application_name = 'consumer' and wait_event_type = 'Lock'`,
  );
  return waiting.length > 0;
}

/**
 * A write locks its ledger row, then the minutes. The operator locks the minutes first, and the ledger once a
 * write is waiting: a deadlock. Postgres cancels the write, whose `deadlock_timeout` expires first. A write by COPY is
 * then repeated as a statement at once, without a line in the log.
 */
const deadlock: Fault = {
  name: 'a write is the victim of a deadlock (40P01)',
  async inject(system) {
    const before = await countDeadlocks(system);
    await runInTransaction(
      system,
      `set local deadlock_timeout = '20s';
       perform from agg_events_minute for update;
       for attempt in 1..80 loop
         perform pg_stat_clear_snapshot();
         exit when exists (select from pg_stat_activity
                           where application_name = 'consumer' and wait_event_type = 'Lock');
         perform pg_sleep(0.1);
       end loop;
       perform from ingest_progress for update;`,
    );
    await waitUntil(async () => (await countDeadlocks(system)) > before);
  },
};

async function countDeadlocks({ operator }: System): Promise<number> {
  const [row] = await operator.run(
    (sql) => sql<{ deadlocks: number }[]>`
      select deadlocks::int from pg_stat_database where datname = current_database()`,
  );
  return row?.deadlocks ?? 0;
}

const connectionsExhausted: Fault = {
  name: 'no connection slots are left (53300)',
  async inject(system) {
    const limit = (connections: number) =>
      system.operator.run((sql) => sql.unsafe(`alter role writer connection limit ${connections}`));
    const seen = watchForEvidence(system, /\(53300\)/);
    await limit(0);
    await signalConsumerBackends(system.operator, 'pg_terminate_backend');
    await seen();
    await sleep(5_000);
    await limit(-1);
  },
};

const slowWrites: Fault = {
  name: 'every write takes a second longer (no rebalance)',
  inject: (system) =>
    withoutRebalance(system, async () => {
      await system.operator.run((sql) =>
        sql
          .unsafe(
            `create function dawdle() returns trigger language plpgsql as
               'begin perform pg_sleep(1); return null; end';
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

/** Faults of Postgres. */
export const postgresFaults = {
  postgresKilled,
  postgresImmediateStop,
  postgresFastStop,
  postgresRestarts,
  backendsTerminated,
  statementsCanceled,
  readOnly,
  readOnlySessions,
  serializationFailures,
  tableLocked,
  deadlock,
  connectionsExhausted,
  slowWrites,
};
