import type { Mutant, TestedMutant } from './mutants.ts';
import { type Suite, suites } from './suites.ts';

/** The figures of a suite. `score` is in percent. */
export interface Figures {
  readonly mutants: number;
  readonly executed: number;
  readonly killed: number;
  readonly 'failed to load': number;
  readonly 'timed out': number;
  readonly survived: number;
  readonly 'not covered': number;
  readonly score: number;
}

/** A survivor that is accepted, and why. */
export interface Survivor extends Mutant {
  readonly reason: string;
}

const LEAST_SCORE = 85;

/** Counts outcomes. A mutant that no test reached is not executed, and counts as a survivor in the score. */
export function summarize(mutants: readonly TestedMutant[]): Figures {
  const count = (outcome: TestedMutant['outcome']) =>
    mutants.filter((mutant) => mutant.outcome === outcome).length;
  const counts = {
    killed: count('killed'),
    'failed to load': count('failed to load'),
    'timed out': count('timed out'),
    survived: count('survived'),
    'not covered': count('not covered'),
  };
  const found = mutants.filter((mutant) => !isSurvivor(mutant)).length;
  const score = Math.floor((10_000 * found) / mutants.length) / 100;
  return { mutants: mutants.length, executed: mutants.length - counts['not covered'], ...counts, score };
}

/** The suite of a mutant. @throws RangeError if its file belongs to none */
export function suiteOf({ file }: Pick<Mutant, 'file'>): Suite {
  const found = suites.find(({ folder }) => file.startsWith(`${folder}/`));
  if (found === undefined) throw new RangeError(`no suite mutates ${file}`);
  return found;
}

/** Scores below their limit, and survivors without a reason, one line each. */
export function findProblems(mutants: readonly TestedMutant[], accepted: readonly Survivor[]): string[] {
  const scores = [...Map.groupBy(mutants, suiteOf)].flatMap(([{ folder, leastScore = LEAST_SCORE }, own]) => {
    const { score } = summarize(own);
    return score < leastScore ? [`${folder}: the score of ${score} % is below ${leastScore} %`] : [];
  });
  const survivors = mutants
    .filter(isSurvivor)
    .filter((mutant) => !accepted.some((one) => isSame(one, mutant)));
  return [...scores, ...survivors.map(describe)];
}

/** Accepted survivors of the tested files that were killed or no longer exist. */
export function findOutdated(
  mutants: readonly TestedMutant[],
  accepted: readonly Survivor[],
): readonly Survivor[] {
  const files = new Set(mutants.map(({ file }) => file));
  const survivors = mutants.filter(isSurvivor);
  return accepted.filter((one) => files.has(one.file) && !survivors.some((mutant) => isSame(one, mutant)));
}

function isSurvivor({ outcome }: TestedMutant): boolean {
  return outcome === 'survived' || outcome === 'not covered';
}

function isSame(one: Mutant, other: Mutant): boolean {
  const keys = ['file', 'mutator', 'original', 'replacement'] as const;
  return keys.every((key) => one[key] === other[key]);
}

function describe({ file, line, mutator, original, replacement, outcome }: TestedMutant): string {
  return `${file}:${line}: ${mutator} ${outcome}: ${original} → ${replacement}`;
}
