import type { Interleaving, Pair, Stage } from './stage.ts';

/** All interleavings of a pair. */
export interface PairReport {
  readonly name: string;
  readonly interleavings: number;
  readonly steps: number;
  readonly blocked: number;
  /** Problems with the trace of the interleaving that shows them. */
  readonly problems: readonly { readonly what: string; readonly trace: readonly string[] }[];
}

/**
 * Runs every interleaving of a pair: the first lets the first session end before the second one begins, the last the
 * other way round, and each result must be that of one of these two.
 */
export async function explorePair(stage: Stage, pair: Pair): Promise<PairReport> {
  await stage.tidy();
  const all: Interleaving[] = [];
  for (let next: readonly number[] | undefined = []; next !== undefined; next = choicesAfter(all.at(-1)))
    all.push(await stage.interleave(pair, next));
  const serial = [all.at(0)?.outcome, all.at(-1)?.outcome];
  const problemsOf = ({ problems, outcome }: Interleaving) =>
    serial.includes(outcome) ? problems : [...problems, `no serial order gives ${outcome}`];
  return {
    name: pair.map(({ name }) => name).join(' | '),
    interleavings: all.length,
    steps: all.reduce((sum, { steps }) => sum + steps, 0),
    blocked: all.reduce((sum, { blocked }) => sum + blocked, 0),
    problems: all.flatMap((one) => problemsOf(one).map((what) => ({ what, trace: one.trace }))),
  };
}

/** The choices of the next interleaving: the last choice of the first session becomes one of the second. */
function choicesAfter(interleaving: Interleaving | undefined): readonly number[] | undefined {
  const choices = interleaving?.choices ?? [];
  const last = choices.lastIndexOf(0);
  return last === -1 ? undefined : [...choices.slice(0, last), 1];
}
