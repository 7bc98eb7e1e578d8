import type { Fault } from '../support/fault.ts';
import type { KafkaSystem } from '../support/system.ts';
import { diskFaults } from './disk.ts';
import { networkFaults } from './network.ts';
import { postgresFaults } from './postgres.ts';
import { processFaults } from './processes.ts';

/** The faults of a system whose Kafka is others' too. */
export const faults = { ...processFaults, ...postgresFaults, ...diskFaults, ...networkFaults };

/** What a fault is called on a command line. */
export const faultNames = Object.keys(faults);

/**
 * Faults by their names.
 * @throws Error for a name that is none
 */
export function faultsByName(names: readonly string[]): ReadonlyMap<string, Fault<KafkaSystem>> {
  const known = new Map<string, Fault<KafkaSystem>>(Object.entries(faults));
  return new Map(names.map((name) => [name, find(known, name)]));
}

function find(known: ReadonlyMap<string, Fault<KafkaSystem>>, name: string): Fault<KafkaSystem> {
  const fault = known.get(name);
  if (fault === undefined)
    throw new Error(`no fault is called ${name}; there are ${[...known.keys()].join(', ')}`);
  return fault;
}
