import { isDeepStrictEqual } from 'node:util';
import type { Step } from '../model/actions.ts';
import {
  canonicalOf,
  firstWorld,
  noFaults,
  type RealDecisions,
  repaired,
  stepsOf,
} from '../model/explore.ts';
import { isDrained } from '../model/invariants.ts';
import type { Budget, World } from '../model/world.ts';
import { contentOf, type RealTables } from './database.ts';
import { execute } from './execute.ts';
import { createRandom, pick } from './random.ts';

/** A scenario that has been executed. */
export interface ScenarioReport {
  readonly seed: number;
  readonly steps: number;
  /** Number of steps that used the database. */
  readonly executed: number;
  /** Kinds of the executed steps, such as `writes`. */
  readonly kinds: readonly string[];
  /** How the database differs from the model, and the steps until then. */
  readonly difference?: { readonly what: string; readonly trace: readonly string[] };
}

/** Share of the steps that are faults, while any is left. */
const FAULT_RATIO = 0.25;
const MAX_STEPS = 500;

/**
 * Walks through the model at random until everything is drained. Does on a real database what the model's tables do,
 * and compares both after each step that uses the database.
 */
export async function runScenario(
  seed: number,
  real: RealTables,
  decisions: RealDecisions,
): Promise<ScenarioReport> {
  const random = createRandom(seed);
  const trace: string[] = [];
  const kinds: string[] = [];
  const report = () => ({ seed, steps: trace.length, executed: kinds.length, kinds });
  await real.empty();
  let world = canonicalOf(firstWorld(randomBudget(random)));
  while (trace.length < MAX_STEPS) {
    const step = await nextStep(world, decisions, random);
    if (step === undefined) return report();
    trace.push(step.label);
    const executed = await execute(real, world, step, decisions);
    if (executed !== undefined) kinds.push(executed.kind);
    const what = executed?.difference ?? (executed && (await compare(real, step.world)));
    if (what !== undefined) return { ...report(), difference: { what, trace } };
    world = canonicalOf(step.world);
  }
  return { ...report(), difference: { what: 'it does not drain', trace } };
}

/** Each fault at most once, and about half of them. */
function randomBudget(random: () => number): Budget {
  const faults = Object.keys(noFaults).map((fault) => [fault, random() < 0.5 ? 1 : 0] as const);
  return { ...noFaults, ...Object.fromEntries(faults) };
}

/** The next step; undefined if everything is drained. */
async function nextStep(
  world: World,
  decisions: RealDecisions,
  random: () => number,
): Promise<Step | undefined> {
  const steps = await stepsOf(world, decisions);
  const going = steps.filter(({ isProgress }) => isProgress);
  const faults = steps.filter(({ isProgress }) => !isProgress);
  if (faults.length > 0 && random() < FAULT_RATIO) return pick(faults, random);
  if (going.length > 0) return pick(going, random);
  return isDrained(world) ? undefined : { label: 'repair', world: repaired(world) };
}

async function compare(real: RealTables, { tables }: World): Promise<string | undefined> {
  const [expected, found] = [contentOf(tables), await real.content()];
  if (isDeepStrictEqual(expected, found)) return undefined;
  return `the model has ${JSON.stringify(expected)}, Postgres has ${JSON.stringify(found)}`;
}
