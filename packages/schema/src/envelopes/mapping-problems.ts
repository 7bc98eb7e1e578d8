import { parsePointer } from '../locate/pointer.ts';
import { isTypeName, isUserId, typeNameRule, userIdRule } from '../text-rules.ts';
import { eventTimeRule, toEventTime } from '../time/event-time.ts';
import { isObject } from './json-object.ts';

const members = ['id', 'type', 'time', 'user', 'payload', 'otherMembers', 'scope'];
const parts = ['key', 'timestamp', 'topic'];
const units = ['s', 'ms', 'us', 'ns'];
const choices = ['reject', 'keep', 'ignore'];

type Json = Readonly<Record<string, unknown>>;
/** What is wrong with the value of a member, if anything is. */
type Check = (value: unknown) => string | undefined;

/** The rule that a constant in place of a field must follow. */
const constants: Readonly<Record<string, Check>> = {
  type: (text) => (isTypeName(text) ? undefined : typeNameRule),
  time: (text) => (toEventTime(String(text)) === undefined ? eventTimeRule : undefined),
  user: (text) => (isUserId(String(text)) ? undefined : userIdRule),
};

const checks: Readonly<Record<string, Check>> = {
  id: findIdProblem,
  type: (source) => findSourceProblem('type', source),
  time: findTimeProblem,
  user: (source) => findSourceProblem('user', source),
  payload: (value) => (isPointer(value) ? undefined : 'must be a JSON Pointer'),
  otherMembers: (value) =>
    choices.includes(String(value)) ? undefined : `must be one of ${choices.join(', ')}`,
  scope: (value) => (typeof value === 'string' && value.isWellFormed() ? undefined : 'must be a string'),
};

/** What is wrong with the argument of `fields`, which may come from a setting, one line per problem. */
export function findMappingProblems(mapping: unknown): readonly string[] {
  if (!isObject(mapping)) return ['the mapping must be an object'];
  const unknown = Object.keys(mapping).filter((name) => !members.includes(name));
  const wrong = members.flatMap((name) => {
    const { [name]: value } = mapping;
    const problem = value === undefined ? undefined : checks[name]?.(value);
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
  return [
    ...unknown.map((name) => `${name}: is not one of ${members.join(', ')}`),
    ...(mapping['type'] === undefined ? ['type: is missing'] : []),
    ...wrong,
  ];
}

/** What is wrong with an option of another envelope that names the source of a field. */
export function findFieldProblems(field: string, source: unknown): readonly string[] {
  const problem = source === undefined ? undefined : findSourceProblem(field, source);
  return problem === undefined ? [] : [`${field}: ${problem}`];
}

/** What is wrong with an option of another envelope that is one of some names. */
export function findChoiceProblems(
  option: string,
  value: unknown,
  allowed: readonly string[],
): readonly string[] {
  if (value === undefined || allowed.includes(String(value))) return [];
  return [`${option}: must be one of ${allowed.join(', ')}`];
}

function findIdProblem(id: unknown): string | undefined {
  if (isObject(id) && ('constant' in id || id['record'] === 'topic' || id['record'] === 'timestamp'))
    return 'would be the same for different events';
  return findSourceProblem('id', id);
}

function findTimeProblem(time: unknown): string | undefined {
  if (!isObject(time) || !('unit' in time)) return findSourceProblem('time', time);
  const { unit, ...source } = time;
  if (!units.includes(String(unit))) return `the unit must be one of ${units.join(', ')}`;
  return findSourceProblem('time', source);
}

function findSourceProblem(field: string, source: unknown): string | undefined {
  if (typeof source === 'string')
    return isPointer(source) ? undefined : `${JSON.stringify(source)} is not a JSON Pointer such as /a/b`;
  if (!isObject(source) || !isSource(source))
    return 'must be a JSON Pointer, or an object with pointer, constant, header or record';
  const problem = 'constant' in source ? constants[field]?.(source['constant']) : undefined;
  return problem && `the constant ${problem}`;
}

function isSource(source: Json): boolean {
  const [[kind, value] = [], ...more] = Object.entries(source);
  if (more.length > 0 || typeof value !== 'string') return false;
  if (kind === 'pointer') return isPointer(value);
  if (kind === 'record') return parts.includes(value);
  return kind === 'constant' || (kind === 'header' && value !== '');
}

function isPointer(value: unknown): boolean {
  return typeof value === 'string' && parsePointer(value) !== undefined;
}
