import type { DatabaseVersions } from '@pipeline/db/prove';
import type { Plan } from '../plan.ts';
import type { Settled } from '../settle/settle.ts';
import type { ProofState } from '../state.ts';
import { addTallies, recordsIn, type Tally, tallyOf } from '../tally.ts';

/** The receipt of a proof: what `stats prove --json` prints, and the table `proofs` keeps. */
export type Receipt = Readonly<ReturnType<typeof toReceipt>>;

/** How a proof was made. */
export interface Making {
  readonly finishedAt: string;
  /** Of this program. */
  readonly version: string;
  readonly database: DatabaseVersions;
  /** Kafka's id of the cluster; undefined if it has none. */
  readonly clusterId: string | undefined;
  /** The share of event ids that was judged. */
  readonly sample: number;
}

/** Numbers of records are 64-bit numbers: strings in JSON. */
export function toReceipt(
  { plan, digests }: Pick<ProofState, 'plan' | 'digests'>,
  { tallies, rowsNotChecked, findings, duplicates, possibleConflicts }: Settled,
  { finishedAt, version, database, clusterId, sample }: Making,
) {
  const partitions = plan.partitions.map(({ topic, partition, from, to }, index) => {
    const tally = tallies[index] ?? tallyOf({});
    return { topic, partition, from, to, ...toCounts(tally), digest: digests[index] ?? '' };
  });
  return {
    schemaVersion: 1,
    startedAt: plan.startedAt,
    finishedAt,
    version,
    versions: { node: process.versions.node, ...database },
    clusterId: clusterId ?? null,
    topics: listTopics(plan),
    sample: String(sample),
    isClean: findings.count === 0,
    ...toCounts(addTallies(tallies)),
    rowsNotChecked,
    differences: BigInt(findings.count),
    findings: findings.first,
    duplicateRecords: duplicates.first,
    possibleConflictRecords: possibleConflicts.first.map(({ kind: _, ...place }) => place),
    partitions,
  };
}

/** The topics with what identifies their events, as the ledger has recorded it. */
function listTopics({ partitions }: Plan) {
  const topics = new Map(partitions.map((one) => [one.topic, one]));
  return [...topics.values()].map(({ topic, topicId, identity }) => ({ topic, topicId, idRule: identity }));
}

function toCounts(tally: Tally) {
  const { stored, duplicates, conflicting, deadLetters, purged, missing, different } = tally;
  const { possibleConflicts, attributesNotCompared } = tally;
  const counts = {
    stored,
    duplicates: duplicates + conflicting,
    conflicting,
    possibleConflicts,
    deadLetters,
    purged,
    missing,
    different,
  };
  const { beforeLedger, unsampled, noEvents, markers, aborted, empty, unreadable, expired } = tally;
  const skipped = { noEvents, markers, aborted, empty, unreadable, expired };
  return {
    records: BigInt(recordsIn(tally)),
    ...toBigInts(counts),
    ...toBigInts({ beforeLedger, unsampled, attributesNotCompared }),
    skipped: toBigInts(skipped),
  };
}

function toBigInts<Name extends string>(counts: Readonly<Record<Name, number>>): Record<Name, bigint> {
  const entries = Object.entries<number>(counts).map(([name, count]) => [name, BigInt(count)]);
  return Object.fromEntries(entries);
}
