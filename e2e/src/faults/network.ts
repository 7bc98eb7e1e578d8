import { setTimeout as sleep } from 'node:timers/promises';
import { waitForLog, waitUntil } from '../support/programs/wait.ts';
import {
  blackhole,
  cutAfter,
  halfSent,
  latency,
  lostReplies,
  rate,
  type TcpProxy,
  type Trouble,
} from '../support/servers/proxy.ts';
import { type Fault, watchForEvidence } from '../support/system/fault.ts';
import type { Fleet } from '../support/system/fleet.ts';
import type { System } from '../support/system/system.ts';
import { readNextOffsets } from '../support/system/watch.ts';

/** Disturbs the network behind a proxy for some time, in milliseconds. */
export function troubledProxy<Needs extends System>(
  proxyOf: (system: Needs) => TcpProxy,
  name: string,
  trouble: Trouble,
  ms: number,
): Fault<Needs> {
  return {
    name,
    async inject(system) {
      const proxy = proxyOf(system);
      proxy.trouble(trouble);
      await sleep(ms);
      if (proxy.hits === 0) throw new Error('no traffic was affected');
      await proxy.heal();
    },
  };
}

/** Disturbs the network between the consumers and Postgres. */
function troubled(name: string, trouble: Trouble, ms: number): Fault {
  return troubledProxy<System>(({ postgresProxy }) => postgresProxy, name, trouble, ms);
}

/** Statements in flight reach Postgres when the fault ends, after their client has timed out. */
const postgresUnresponsive: Fault = {
  ...troubled('Postgres is unresponsive for longer than the statement timeout', blackhole, 14_000),
  environment: { DATABASE_STATEMENT_TIMEOUT_MS: '5000' },
};

const postgresUnresponsiveBriefly = troubled('Postgres is unresponsive for 5 s', blackhole, 5_000);
const postgresHighLatency = troubled('the network to Postgres has a latency of 500 ms', latency(500), 8_000);
const postgresLowBandwidth = troubled('the network to Postgres carries 8 KB/s', rate(8_192), 8_000);

const postgresRefuses: Fault = {
  name: 'Postgres refuses connections',
  async inject(system) {
    const seen = watchForEvidence(system, /ECONNREFUSED/);
    await system.postgresProxy.refuse();
    await seen();
    await sleep(3_000);
    await system.postgresProxy.heal();
  },
};

const postgresResets: Fault = {
  name: 'all connections to Postgres are reset every 0.5 s',
  async inject(system) {
    const seen = watchForEvidence(system, /waiting for Postgres/);
    for (let times = 0; times < 12; times++) {
      system.postgresProxy.reset();
      await sleep(500);
    }
    await seen();
  },
};

const postgresCut: Fault = {
  name: 'connections to Postgres break in the middle of replies',
  async inject({ postgresProxy }) {
    for (let bytes = 100; bytes < 6_000; bytes += 500) {
      postgresProxy.trouble(cutAfter(bytes));
      await waitUntil(() => postgresProxy.hits > 0);
      await postgresProxy.heal();
      await sleep(200);
    }
  },
};

/**
 * The ambiguous commit: Postgres has committed the write, but the consumer gets no reply. Waits first,
 * because the ledger may be ahead only until an offset commit in flight arrives; repeats, because a member
 * may not write while it is rejoining.
 */
const commitRepliesLost: Fault = {
  name: 'the replies to commits are lost',
  async inject(system) {
    do {
      await system.postgresProxy.heal();
      await sleep(1_000);
      system.postgresProxy.trouble(lostReplies);
      await sleep(2_000);
    } while (!(await isLedgerAhead(system)));
    await system.postgresProxy.heal();
  },
};

/**
 * The consumer stays in its group, but its session in Postgres waits for the rest of the rows, with the ledger locked.
 * The consumer's own retry ends that session.
 */
const postgresCutInCopy: Fault = {
  name: 'the network is cut while the rows of a batch are sent',
  environment: { COPY_MIN_EVENTS: '1', DATABASE_STATEMENT_TIMEOUT_MS: '5000' },
  async inject(system) {
    await sendHalf(system);
    await waitUntil(async () => !(await isHalfSent(system)));
    await system.postgresProxy.heal();
  },
};

/** Holds back the end of a batch until `heal`. Tries again if the first batches were not written by COPY. */
export async function sendHalf(system: System): Promise<void> {
  const { fleet, load, postgresProxy } = system;
  do {
    await postgresProxy.heal();
    await load.pause();
    await restartAll(fleet);
    postgresProxy.trouble(halfSent());
    load.resume();
  } while (!(await becomesHalfSent(system)));
}

/** The load contains duplicates, after which a consumer does not write by COPY for some time; a new one does. */
async function restartAll(fleet: Fleet): Promise<void> {
  const ended = await fleet.endAll('SIGTERM');
  await Promise.all(ended.map(() => waitForLog(fleet.start(), /joined the group/)));
}

async function becomesHalfSent(system: System): Promise<boolean> {
  for (let tries = 0; tries < 10; tries++) {
    if (await isHalfSent(system)) return true;
    await sleep(500);
  }
  return false;
}

/** Whether a consumer's session waits for the rest of a batch. */
export async function isHalfSent({ operator }: System): Promise<boolean> {
  const waiting = await operator.run(
    (sql) => sql`
      select from pg_stat_activity
      where application_name = 'consumer' and state = 'active' and wait_event = 'ClientRead' and query like '% from stdin (format binary);%'
        and query_start < clock_timestamp() - interval '0.5 s'`,
  );
  return waiting.length > 0;
}

/** Whether the ledger is ahead of the offsets committed to Kafka. */
async function isLedgerAhead({ pipeline, operator }: System): Promise<boolean> {
  const ledger = await readNextOffsets(operator, pipeline.topic);
  const offsets = await pipeline.offsets();
  return offsets.some(({ partition, committed }) => (ledger.get(partition) ?? 0n) > (committed ?? 0n));
}

/** Faults of the network between the consumers and Postgres. */
export const networkFaults = {
  postgresUnresponsive,
  postgresUnresponsiveBriefly,
  postgresHighLatency,
  postgresLowBandwidth,
  postgresRefuses,
  postgresResets,
  postgresCut,
  postgresCutInCopy,
  commitRepliesLost,
};
