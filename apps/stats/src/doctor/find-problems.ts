import { kafkaChecks } from './kafka-checks.ts';
import { postgresChecks } from './postgres-checks.ts';
import type { Check, Problem, Setup } from './setup.ts';
import { tableChecks } from './table-checks.ts';
import { topicChecks } from './topic-checks.ts';

const all = { ...kafkaChecks, ...topicChecks, ...postgresChecks, ...tableChecks };

/** The name of a finding; it never changes. */
export type FindingName = keyof typeof all;

/** Every check, by the name of what it finds; docs/runbooks.md lists them. */
export const checks: Readonly<Record<FindingName, Check>> = all;

/** A problem of the set-up, by name. */
export interface Finding extends Problem {
  readonly name: FindingName;
}

/** Runs all checks, in the order of their list. */
export function findProblems(setup: Setup): readonly Finding[] {
  const names = Object.keys(checks) as readonly FindingName[];
  return names.flatMap((name) => [checks[name](setup) ?? []].flat().map((problem) => ({ name, ...problem })));
}
