import { explorePair, type PairReport } from './explore-pair.ts';
import { operations } from './operations.ts';
import { type Pair, Stage } from './stage.ts';

/** Pairs that run at the same time, each on a database of its own, because they wait more than they compute. */
const STAGES = 3;

/** Every pair of operations, each operation with itself included. */
export const allPairs: readonly Pair[] = operations.flatMap((first, index) =>
  operations.slice(index).map((second) => [first, second] as const),
);

/**
 * Runs every interleaving of the given pairs.
 * @param createDatabase creates a database with empty tables and returns its URL
 */
export async function runPermutations(
  createDatabase: () => Promise<string>,
  pairs: readonly Pair[],
  onReport: (report: PairReport) => void = () => {},
): Promise<readonly PairReport[]> {
  const queue = pairs.values();
  const reports: PairReport[] = [];
  const work = async () => {
    await using stage = await Stage.open(await createDatabase());
    for (const pair of queue) {
      const report = await explorePair(stage, pair);
      reports.push(report);
      onReport(report);
    }
  };
  await Promise.all(Array.from({ length: Math.min(STAGES, pairs.length) }, work));
  return reports;
}
