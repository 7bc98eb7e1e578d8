import { findFreePort } from 'infra/testing';
import type { Environment } from './programs.ts';

/** Names a Kafka that is not there. */
export async function absentKafka(): Promise<Environment> {
  return { KAFKA_BROKERS: `127.0.0.1:${await findFreePort()}` };
}

/** Names a Postgres that is not there. */
export async function absentPostgres(): Promise<Environment> {
  return { DATABASE_URL: `postgres://app:hunter2@127.0.0.1:${await findFreePort()}/app` };
}
