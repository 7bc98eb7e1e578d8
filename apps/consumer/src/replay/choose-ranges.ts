import { type Database, readReplayLedgers } from '@pipeline/db';
import { type ClusterAdmin, type Position, requireTopics, resolvePosition } from '@pipeline/kafka';
import { explainDatabase } from '../retry-policy.ts';
import { requireListed } from '../settings.ts';
import { planReplay, type ReplayRange } from './plan.ts';
import type { Reach } from './reach.ts';

/** Which records to read. */
export interface RangeChoice {
  readonly from: Position;
  /** Defaults to everything that the ledger accounts for. */
  readonly to?: Position;
  readonly topic?: string;
  readonly partition?: number;
}

/** The systems, and what the records are read as. */
export interface RangeSources {
  readonly topics: readonly string[];
  readonly admin: ClusterAdmin;
  readonly database: Database;
  readonly reach: Reach;
  /** The rule by which event ids are found, as JSON. */
  readonly identity: string;
}

/** Looks up the offsets to read. @throws UserError if nothing was chosen, or the tables belong to other records */
export async function chooseRanges(
  { topics, admin, database, reach, identity }: RangeSources,
  choice: RangeChoice,
): Promise<readonly ReplayRange[]> {
  requireListed(topics, '--topic names', choice.topic);
  await reach.kafka(() => requireTopics(admin, topics));
  const ledgers = await explainDatabase(reach.persist(() => readReplayLedgers(database, topics, identity)));
  const resolve = (position?: Position) => reach.kafka(() => resolvePosition(admin, topics, position));
  const [fromOf, toOf] = [await resolve(choice.from), await resolve(choice.to)];
  const logs = await reach.kafka(() => admin.fetchLogs(topics));
  const clusterId = await reach.kafka(admin.clusterId);
  return planReplay({ ledgers, logs, clusterId }, { ...choice, fromOf, toOf });
}
