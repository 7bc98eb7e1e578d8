import { isDeepStrictEqual } from 'node:util';
import { fixCommand } from '@pipeline/program';
import { UserError } from '@pipeline/runtime';
import type { Rollup } from '@pipeline/schema';
import { formatThings } from '../../web/format/numbers.ts';
import { type Check, ofPostgres } from './setup.ts';

/** Checks of the tables: their version, and whose events they have. */
export const tableChecks = {
  'schema-not-migrated': ofPostgres(({ migrations, hasTables }) => {
    if (migrations === null || migrations.pending.length === 0) return undefined;
    const number = formatThings(BigInt(migrations.pending.length), 'migration');
    const missing = `${number}, from ${migrations.pending[0]} on`;
    return {
      problem: hasTables ? `the tables lack ${missing}` : 'there are no tables',
      remedy: 'create the tables, or migrate them to the version of this program',
      command: fixCommand({ name: 'create-tables' }),
    };
  }),

  'schema-newer': ofPostgres(({ migrations }) => {
    const [latest] = migrations?.unknown.toSorted().reverse() ?? [];
    if (latest === undefined) return undefined;
    return {
      problem: `the tables have the migration ${latest}, which this version does not know`,
      remedy: 'run the version that has migrated them',
    };
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

  'rollups-differ': ({ rollups, postgres }) => {
    if (postgres instanceof UserError || postgres.rollups === null) return [];
    return describeDifferences(rollups, postgres.rollups).map((problem) => ({
      problem,
      remedy: 'check EVENTS, and make the roll-ups of the tables those of the definition',
      command: fixCommand({ name: 'create-tables' }),
    }));
  },
} satisfies Readonly<Record<string, Check>>;

/** How the roll-ups of the tables differ from those of the definition, which a migration has not reached. */
function describeDifferences(declared: readonly Rollup[], stored: readonly Rollup[]): readonly string[] {
  const isNamed = (one: Rollup) => (other: Rollup) => nameOf(other) === nameOf(one);
  const isSame = (one: Rollup) => (other: Rollup) => isDeepStrictEqual({ ...one }, { ...other });
  const missing = declared.filter((one) => !stored.some(isNamed(one)));
  const changed = declared.filter((one) => stored.some(isNamed(one)) && !stored.some(isSame(one)));
  const surplus = stored.filter((one) => !declared.some(isNamed(one)));
  const kinds = [
    ['the definition declares roll-ups that the tables lack', missing],
    ['the definition declares roll-ups in another form than the tables have', changed],
    ['the tables have roll-ups that the definition does not declare', surplus],
  ] as const;
  return kinds
    .filter(([, some]) => some.length > 0)
    .map(([what, some]) => `${what}: ${some.map(nameOf).join(', ')}`);
}

const nameOf = ({ eventType, name }: Rollup) => `${name} of ${eventType}`;
