import { inspect, isDeepStrictEqual } from 'node:util';
import type { InsertForm, LedgerView, StatementResult } from '@pipeline/db/write';
import { type Content, contentOf, type Row } from './content.ts';
import type { RealDatabase } from './real-database.ts';
import { type Call, classOf, type Outcome, type Recording } from './recording.ts';

/** A recording that was repeated on a real database. */
export interface Comparison {
  readonly seed: number;
  /** Number of calls that were repeated. */
  readonly calls: number;
  /** Their kinds, such as `write copy: 23505`. */
  readonly kinds: ReadonlySet<string>;
  /** The first difference. */
  readonly difference?: string;
}

/** Repeats the calls of a simulated database on a real one, and compares their results, and the tables at the end. */
export async function compare(
  { seed, conflicts, calls, tables }: Recording,
  real: RealDatabase,
): Promise<Comparison> {
  const kinds = new Set<string>();
  await real.start(conflicts);
  for (const [index, call] of calls.entries()) {
    kinds.add(kindOf(call));
    const difference = await differenceOf(call, real);
    if (difference !== undefined)
      return { seed, calls: index + 1, kinds, difference: `call ${index}, ${difference}` };
  }
  const difference = differenceOfTables(contentOf(tables), await real.content());
  return { seed, calls: calls.length, kinds, ...(difference === undefined ? {} : { difference }) };
}

async function differenceOf(call: Call, real: RealDatabase): Promise<string | undefined> {
  await real.setState(call.now, call.isRefusing);
  const found = await outcomeOf(() => Reflect.apply(real[call.name], real, call.args));
  const [simulated, repeated] = [comparable(call.outcome), comparable(found)];
  if (isDeepStrictEqual(simulated, repeated)) return undefined;
  return `${kindOf(call)}: simulated ${inspect(simulated)}, Postgres ${inspect(repeated)}, of ${inspect(call.args, { depth: 4 })}`;
}

async function outcomeOf(run: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error: classOf(error) };
  }
}

/** Only some forms list no types as null. */
function comparable(outcome: Outcome): Outcome {
  if ('error' in outcome || !isResult(outcome.value)) return outcome;
  const { foundOffset, foundResets, foundTail, storedByType, deadLettered, conflicting } = outcome.value;
  const found = { foundOffset, foundResets, foundTail };
  return { value: { ...found, storedByType: { ...storedByType }, deadLettered, conflicting } };
}

function isResult(value: unknown): value is StatementResult {
  return typeof value === 'object' && value !== null && 'storedByType' in value;
}

function differenceOfTables(simulated: Content, real: Content): string | undefined {
  const names = ['events', 'minutes', 'deadLetters', 'ledgers'] as const;
  for (const name of names) {
    const [expected, found] = [simulated, real].map((content) => new Map(content[name].map(keyed)));
    if (!isDeepStrictEqual(expected, found))
      return `${name}: simulated ${inspect(expected?.values())}, Postgres ${inspect(found?.values())}`;
  }
  return undefined;
}

/** The order of rows is unknown, and so is that of the members of JSON. */
function keyed(row: Row): readonly [string, Row] {
  return [JSON.stringify(row.filter((column) => typeof column !== 'object')), row];
}

/** The name of a call, the form of a write, and its outcome. */
function kindOf({ name, args, outcome }: Call): string {
  const [, view, form] = args as readonly [unknown, LedgerView, InsertForm];
  const called = name === 'write' ? `write ${form}` : name;
  if ('error' in outcome) return `${called}: ${outcome.error}`;
  const { value } = outcome;
  if (isResult(value)) return `${called}: ${value.foundOffset === view.nextOffset ? 'done' : 'moved'}`;
  const isNothing = value === undefined || value === false || (value instanceof Map && value.size === 0);
  return `${called}: ${isNothing ? 'nothing' : 'done'}`;
}
