import { findSourceProblems } from './mapping-problems.ts';

/** What is wrong with an option that names the source of a field. */
export function findFieldProblems(field: string, source: unknown): readonly string[] {
  return source === undefined ? [] : findSourceProblems(field, source);
}

/** What is wrong with an option that is one of some names. */
export function findChoiceProblems(
  option: string,
  value: unknown,
  choices: readonly string[],
): readonly string[] {
  if (value === undefined || choices.includes(String(value))) return [];
  return [`${option}: must be one of ${choices.join(', ')}`];
}
