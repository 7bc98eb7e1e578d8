import { isIndex, parsePointer } from '../locate/pointer.ts';
import { membersOf } from '../views/members.ts';
import type { ColumnType } from '../views/view.ts';
import { findNameProblem } from '../views/view-names.ts';
import type { DeclaredRollup, Dimension, Rollup } from './rollup.ts';

const MINUTES_PER_DAY = 1_440;
const MAX_DIMENSIONS = 3;
const DEFAULT_KEYS = 1_000;
const MAX_KEYS = 100_000;

/** Columns that the view of every roll-up has. */
const fixedColumns: readonly string[] = ['bucket', 'is_other', 'events', 'left_out'];

/** A checked roll-up, and what is wrong with its declaration. */
export interface Checked {
  readonly rollup: Omit<Rollup, 'eventType' | 'name' | 'viewName'>;
  readonly problems: readonly string[];
}

/** Checks a declaration against the schema of its event type. */
export function checkRollup(name: string, declared: DeclaredRollup, payload: unknown): Checked {
  const { aggregate, member, members = [], bucket = '1 hour', keys = DEFAULT_KEYS } = declared;
  const types = new Map(membersOf(payload).map((one) => [one.name, one.type]));
  const numbers = aggregate === 'count' ? [] : [member];
  const pointers: readonly unknown[] = Array.isArray(members) ? members : [members];
  const dimensions = pointers.map(toDimension);
  return {
    rollup: {
      aggregate,
      member: aggregate === 'count' ? null : pathOf(member),
      dimensions,
      bucketMinutes: minutesOf(bucket) ?? 0,
      keyLimit: keys,
    },
    problems: [
      ...[...numbers, ...pointers].flatMap((pointer) => findPointerProblem(pointer, types)),
      ...numbers.flatMap((pointer) => findTypeProblem(pathOf(pointer), types)),
      ...findColumnProblems(name, dimensions),
      ...(minutesOf(bucket) === undefined ? [`per ${JSON.stringify(bucket)}: ${bucketRule}`] : []),
      ...(isKeyLimit(keys)
        ? []
        : [`limit ${JSON.stringify(keys)}: must be a whole number from 1 to ${MAX_KEYS}`]),
    ],
  };
}

function toDimension(pointer: unknown): Dimension {
  const path = pathOf(pointer);
  const joined = path.join('_');
  return { name: fixedColumns.includes(joined) ? `by_${joined}` : joined, path };
}

function pathOf(pointer: unknown): readonly string[] {
  return (typeof pointer === 'string' ? parsePointer(pointer) : undefined) ?? [];
}

/** Postgres reads more texts as the index of an item than JSON Pointer does, and cannot store some characters. */
function findPointerProblem(pointer: unknown, types: ReadonlyMap<string, ColumnType>): readonly string[] {
  const path = pathOf(pointer);
  const [first] = path;
  const shown = JSON.stringify(pointer) ?? 'nothing';
  if (first === undefined)
    return [`${shown} is not a JSON Pointer to a member of the payload, such as "/amount"`];
  if (
    path.some(
      (name) => (/^\s*[-+]?\d+$/.test(name) && !isIndex(name)) || /\0/.test(name) || !name.isWellFormed(),
    )
  )
    return [`${shown} has a name that Postgres cannot look up`];
  return types.size > 0 && !types.has(first) ? [`${shown} is no member of the schema`] : [];
}

const notNumbers: readonly (ColumnType | undefined)[] = ['text', 'boolean', 'timestamptz'];

function findTypeProblem(path: readonly string[], types: ReadonlyMap<string, ColumnType>): readonly string[] {
  const type = path.length === 1 ? types.get(path[0] ?? '') : undefined;
  return notNumbers.includes(type) ? [`"/${path[0]}" is ${type}, and not a number`] : [];
}

function findColumnProblems(name: string, dimensions: readonly Dimension[]): readonly string[] {
  const tooMany = dimensions.length > MAX_DIMENSIONS ? [`by: at most ${MAX_DIMENSIONS} members`] : [];
  const names = dimensions.map((dimension) => dimension.name);
  const repeated = names.filter((one, index) => one === name || names.indexOf(one) !== index);
  const long = names.filter((one) => one !== '' && findNameProblem(one) !== undefined);
  return [
    ...tooMany,
    ...repeated.map((one) => `by: the column ${JSON.stringify(one)} would exist twice`),
    ...long.map((one) => `by: the column ${JSON.stringify(one)} ${findNameProblem(one)}`),
  ];
}

const bucketRule = 'must be "N minutes", "N hours" or "1 day", and divide a day';

/** The minutes of a bucket; undefined if it is none. The remainder of a division by 0 is NaN. */
function minutesOf(bucket: unknown): number | undefined {
  const [, digits, unit = ''] = /^([1-9]\d{0,3}) (minute|hour|day)s?$/.exec(String(bucket)) ?? [];
  const minutes = Number(digits) * ({ minute: 1, hour: 60, day: MINUTES_PER_DAY }[unit] ?? 0);
  return MINUTES_PER_DAY % minutes === 0 ? minutes : undefined;
}

function isKeyLimit(keys: unknown): boolean {
  return Number.isInteger(keys) && Number(keys) >= 1 && Number(keys) <= MAX_KEYS;
}
