import { isNightly } from '@pipeline/testing';
import type { Fault } from '../support/system/fault.ts';
import type { KafkaSystem, System } from '../support/system/system.ts';
import { clockFaults } from './clock.ts';
import { deadLetterFaults } from './dead-letter-topic.ts';
import { diskFaults } from './disk.ts';
import { brokerFaults, kafkaNetworkFaults } from './kafka.ts';
import { networkFaults } from './network.ts';
import { postgresFaults } from './postgres.ts';
import { processFaults } from './processes.ts';
import { topicFaults } from './topics.ts';
import { truncationFaults } from './truncation.ts';

/** Faults that need no private Kafka. */
export const faults = {
  ...processFaults,
  ...clockFaults,
  ...postgresFaults,
  ...diskFaults,
  ...networkFaults,
  ...topicFaults,
  ...deadLetterFaults,
};

const allFaults = { ...faults, ...brokerFaults, ...truncationFaults, ...kafkaNetworkFaults };

/**
 * Faults that resemble others, or take more than a minute. Only `test:nightly` and the soak inject them, because
 * `.ci/run` may take 25 minutes.
 */
const similar: readonly (keyof typeof allFaults)[] = [
  'consumersKilledRepeatedly',
  'zombieInStatement',
  'postgresImmediateStop',
  'postgresRestarts',
  'backendsTerminated',
  'statementsCanceled',
  'readOnly',
  'serializationFailures',
  'connectionsExhausted',
  'slowWrites',
  'walDiskFull',
  'postgresUnresponsiveBriefly',
  'postgresHighLatency',
  'postgresResets',
  'topicRecreatedWhilePaused',
  'offsetsReset',
  'brokerPausedLong',
];
const nightly = new Set<string>([...similar, ...Object.keys(kafkaNetworkFaults)]);

/** The faults that this run of the tests injects, with their names. */
export function includedFaults<Needs extends System>(
  faults: Readonly<Record<string, Fault<Needs>>>,
): readonly (readonly [string, Fault<Needs>])[] {
  return Object.entries(faults).filter(([name]) => isNightly || !nightly.has(name));
}

/** Names of faults on the command line. */
export const faultNames = Object.keys(allFaults);

/**
 * Looks faults up by name.
 * @throws Error if a name is unknown
 */
export function faultsByName(names: readonly string[]): ReadonlyMap<string, Fault<KafkaSystem>> {
  const known = new Map<string, Fault<KafkaSystem>>(Object.entries(allFaults));
  return new Map(names.map((name) => [name, find(known, name)]));
}

function find(known: ReadonlyMap<string, Fault<KafkaSystem>>, name: string): Fault<KafkaSystem> {
  const fault = known.get(name);
  if (fault === undefined)
    throw new Error(`unknown fault ${name}; known faults: ${[...known.keys()].join(', ')}`);
  return fault;
}
