import { fixCommand } from '@pipeline/program';
import { UserError } from '@pipeline/runtime';
import { formatThings } from '../../web/format/numbers.ts';
import { type Check, ofPostgres } from './setup.ts';

/** Checks of the tables: their version, and whose events they have. */
export const tableChecks = {
  'schema-not-migrated': ofPostgres(({ migrations, hasTables }) => {
    if (migrations === null || migrations.pending.length === 0) return [];
    const number = formatThings(BigInt(migrations.pending.length), 'migration');
    const missing = `${number}, from ${migrations.pending[0]} on`;
    return [
      {
        problem: hasTables ? `the tables lack ${missing}` : 'there are no tables',
        remedy: 'create the tables, or migrate them to the version of this program',
        command: fixCommand({ name: 'create-tables' }),
      },
    ];
  }),

  'schema-newer': ofPostgres(({ migrations }) => {
    const [latest] = migrations?.unknown.toSorted().reverse() ?? [];
    if (latest === undefined) return [];
    return [
      {
        problem: `the tables have the migration ${latest}, which this version does not know`,
        remedy: 'run the version that has migrated them',
      },
    ];
  }),

  'another-cluster': ({ kafka, postgres }) => {
    if (kafka instanceof UserError || postgres instanceof UserError) return [];
    const { clusterId } = kafka;
    if (clusterId === undefined) return [];
    const others = (postgres.ledgers ?? []).filter((one) => ![null, clusterId].includes(one.clusterId));
    return [...new Map(others.map((one) => [one.topic, one]))].map(([topic, ledger]) => ({
      problem: `the tables have the topic ${topic} of Kafka cluster ${ledger.clusterId}, and this is cluster ${clusterId}`,
      remedy: 'give each cluster its own database or schema, or confirm that the topic has moved',
      command: fixCommand({ name: 'accept-cluster', clusterId }),
    }));
  },

  'id-rule-changed': ({ identity, postgres }) => {
    if (postgres instanceof UserError) return [];
    const others = (postgres.ledgers ?? []).filter((one) => ![null, identity].includes(one.identity));
    return [...new Map(others.map((one) => [one.topic, one]))].map(([topic, ledger]) => ({
      problem: `topic ${topic} has events whose ids follow the rule ${ledger.identity}, but the definition has the rule ${identity}`,
      remedy: 'restore the former rule, or give the definition a schema of its own with DATABASE_SCHEMA',
    }));
  },
} satisfies Readonly<Record<string, Check>>;
