import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, waitForEvidence } from '../support/fault.ts';
import { blackhole, cutAfter, latency, lostReplies, rate, type Trouble } from '../support/proxy.ts';
import type { System } from '../support/system.ts';
import { waitUntil } from '../support/wait.ts';
import { readNextOffsets } from '../support/watch.ts';

/** The consumers' way to Postgres has a trouble for so long. */
function troubled(name: string, trouble: Trouble, ms: number): Fault {
  return {
    name,
    async inject({ postgresProxy }) {
      postgresProxy.trouble(trouble);
      await sleep(ms);
      if (postgresProxy.hits === 0) throw new Error('no byte was held up');
      await postgresProxy.heal();
    },
  };
}

/** What was under way arrives after all when it is over, at a Postgres whose client has long given up. */
const postgresBlackholed: Fault = {
  ...troubled('Postgres is in a black hole for longer than a statement may take', blackhole, 20_000),
  environment: { DATABASE_STATEMENT_TIMEOUT_MS: '5000' },
};

const postgresBlackholedShortly = troubled('Postgres is in a black hole for 5 s', blackhole, 5_000);
const postgresFarAway = troubled('each packet to and from Postgres takes 500 ms', latency(500), 8_000);
const postgresNarrow = troubled('the line to Postgres carries 8 KB a second', rate(8_192), 8_000);

const postgresRefuses: Fault = {
  name: 'Postgres refuses connections',
  async inject(system) {
    const seen = waitForEvidence(system, /ECONNREFUSED/);
    await system.postgresProxy.refuse();
    await seen;
    await sleep(3_000);
    await system.postgresProxy.heal();
  },
};

const postgresResets: Fault = {
  name: 'every connection to Postgres is reset each half second',
  async inject(system) {
    const seen = waitForEvidence(system, /waiting for Postgres/);
    for (let times = 0; times < 12; times++) {
      system.postgresProxy.reset();
      await sleep(500);
    }
    await seen;
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
 * The ambiguous commit: nobody can tell whether the write took place, but Postgres has it. Commits to Kafka may be on their way
 * for a moment anyhow, and a member that is about to ask where to begin writes nothing: hence the wait, and another try.
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

/** Whether Postgres holds records that no consumer has committed to Kafka. */
async function isLedgerAhead({ pipeline, operator }: System): Promise<boolean> {
  const ledger = await readNextOffsets(operator, pipeline.topic);
  const offsets = await pipeline.offsets();
  return offsets.some(({ partition, committed }) => (ledger.get(partition) ?? 0n) > (committed ?? 0n));
}

/** What happens between the consumers and Postgres. */
export const networkFaults = {
  postgresBlackholed,
  postgresBlackholedShortly,
  postgresFarAway,
  postgresNarrow,
  postgresRefuses,
  postgresResets,
  postgresCut,
  commitRepliesLost,
};
