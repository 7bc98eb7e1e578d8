import { parsePointer } from '../locate/pointer.ts';

const members = ['id', 'type', 'time', 'user', 'payload', 'otherMembers', 'scope'];
const parts = ['key', 'timestamp', 'topic'];
const units = ['s', 'ms', 'us', 'ns'];
const choices = ['reject', 'keep', 'ignore'];

type Json = Readonly<Record<string, unknown>>;

/** What is wrong with the argument of `fields`, which may come from a setting, one line per problem. */
export function findMappingProblems(mapping: unknown): readonly string[] {
  if (!isObject(mapping)) return ['the mapping must be an object'];
  const { id, type, time, user, payload, otherMembers, scope } = mapping;
  return [
    ...Object.keys(mapping)
      .filter((name) => !members.includes(name))
      .map((name) => `${name}: is not one of ${members.join(', ')}`),
    ...(type === undefined ? ['type: is missing'] : findSourceProblems('type', type)),
    ...(id === undefined ? [] : findIdProblems(id)),
    ...(time === undefined ? [] : findTimeProblems(time)),
    ...(user === undefined ? [] : findSourceProblems('user', user)),
    ...(payload === undefined || isPointer(payload) ? [] : ['payload: must be a JSON Pointer']),
    ...(otherMembers === undefined || choices.includes(String(otherMembers))
      ? []
      : [`otherMembers: must be one of ${choices.join(', ')}`]),
    ...(scope === undefined || (typeof scope === 'string' && scope.isWellFormed())
      ? []
      : ['scope: must be a string']),
  ];
}

function findIdProblems(id: unknown): readonly string[] {
  if (isObject(id) && ('constant' in id || id['record'] === 'topic' || id['record'] === 'timestamp'))
    return ['id: would be the same for different events'];
  return findSourceProblems('id', id);
}

function findTimeProblems(time: unknown): readonly string[] {
  if (!isObject(time) || !('unit' in time)) return findSourceProblems('time', time);
  const { unit, ...source } = time;
  const isUnit = typeof unit === 'string' && units.includes(unit);
  return [
    ...(isUnit ? [] : [`time: the unit must be one of ${units.join(', ')}`]),
    ...findSourceProblems('time', source),
  ];
}

export function findSourceProblems(field: string, source: unknown): readonly string[] {
  if (typeof source === 'string')
    return isPointer(source)
      ? []
      : [`${field}: ${JSON.stringify(source)} is not a JSON Pointer such as /a/b`];
  return isObject(source) && isSource(source)
    ? []
    : [`${field}: must be a JSON Pointer, or an object with pointer, constant, header or record`];
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

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
