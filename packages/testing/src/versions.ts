import { kafkaVersion, postgresVersion } from '@pipeline/servers';

/** A version of Kafka, such as `4.0.2`, and a major version of Postgres. */
export interface Versions {
  readonly kafka: string;
  readonly postgres: string;
}

/** Names of the variables that choose the versions of the servers that tests start. */
export const versionVariables = { kafka: 'PIPELINE_TEST_KAFKA', postgres: 'PIPELINE_TEST_POSTGRES' } as const;

/** The versions of the servers that tests start; by default those that `dev` starts. */
export const versionsUnderTest: Versions = {
  kafka: process.env[versionVariables.kafka] || kafkaVersion,
  postgres: process.env[versionVariables.postgres] || postgresVersion,
};
