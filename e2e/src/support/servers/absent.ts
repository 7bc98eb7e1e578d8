import { findFreePort } from '@pipeline/servers';
import type { Environment } from '../programs/programs.ts';

/** Settings for a Kafka that refuses connections. */
export async function absentKafka(): Promise<Environment> {
  return { KAFKA_BROKERS: `127.0.0.1:${await findFreePort()}` };
}

/** Settings for a Postgres that refuses connections. */
export async function absentPostgres(): Promise<Environment> {
  return { DATABASE_URL: `postgres://app:hunter2@127.0.0.1:${await findFreePort()}/app` };
}
