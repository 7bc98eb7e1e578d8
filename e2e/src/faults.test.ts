import { expect, inject, test } from 'vitest';
import * as network from './faults/network.ts';
import * as postgres from './faults/postgres.ts';
import * as processes from './faults/processes.ts';
import { type Fault, findDamage } from './support/fault.ts';
import { chooseSeed } from './support/random.ts';
import { startSystem } from './support/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

const faults: readonly Fault[] = [
  processes.kill,
  processes.killRepeatedly,
  processes.zombie,
  processes.zombieInStatement,
  processes.comingAndGoing,
  postgres.postgresKilled,
  postgres.postgresImmediateStop,
  postgres.postgresFastStop,
  postgres.postgresRestarts,
  postgres.backendsTerminated,
  postgres.statementsCanceled,
  postgres.readOnly,
  postgres.serializationFailures,
  postgres.tableLocked,
  postgres.deadlock,
  postgres.connectionsExhausted,
  postgres.slow,
  ...Object.values(network),
];

for (const fault of faults) {
  test.concurrent(`nothing is lost, doubled or wrongly dead-lettered, and all goes on by itself, when ${fault.name}`, async () => {
    await using system = await startSystem(inject('brokers'), { seed, environment: fault.environment ?? {} });
    expect(await findDamage(system, fault)).toEqual([]);
  });
}
