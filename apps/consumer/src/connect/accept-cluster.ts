import { acceptCluster, type Database } from '@pipeline/db';
import type { ClusterAdmin } from '@pipeline/kafka';
import { exitCode, type Logger, UserError } from '@pipeline/runtime';
import { explainDatabase, type RetryPolicy } from '../retry-policy.ts';

/** The topics that may have moved, and the systems. */
interface MoveParts {
  readonly topics: readonly string[];
  readonly admin: Pick<ClusterAdmin, 'clusterId'>;
  readonly database: Database;
  readonly retries: Pick<RetryPolicy, 'reachKafka' | 'persist'>;
  readonly logger: Logger;
}

/**
 * Moves the ledgers of the topics to the connected cluster, if it is the one that the user has named.
 * @param clusterId undefined if the user has named none
 * @throws UserError if it is another one
 */
export async function acceptMove(
  clusterId: string | undefined,
  { topics, admin, database, retries: { reachKafka, persist }, logger }: MoveParts,
): Promise<void> {
  if (clusterId === undefined) return;
  const connected = await reachKafka(admin.clusterId);
  if (connected !== clusterId)
    throw new UserError(
      `--accept-cluster names cluster ${clusterId}, and KAFKA_BROKERS is cluster ${connected ?? 'without an id'}`,
      'name the cluster that the topics have moved to',
      exitCode.usage,
    );
  const moved = await explainDatabase(persist(() => acceptCluster(database, topics, clusterId)));
  for (const topic of moved)
    logger.warn({ topic, clusterId }, `topic ${topic} has moved to Kafka cluster ${clusterId}`);
}
