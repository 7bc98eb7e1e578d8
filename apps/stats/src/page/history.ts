import { describeError, isTransientError } from '@pipeline/db';
import {
  keepSample,
  type PipelineName,
  readSamples,
  SLOT_SECONDS,
  type StatsSample,
} from '@pipeline/db/read';
import type { Logger } from '@pipeline/runtime';
import type { StatsContext } from '../collect/stats-context.ts';
import { type HistoryPoint, stepFor, toPoints } from './history-points.ts';

/** Samples of lag, rates and latency, which survive restarts. */
export type History = ReturnType<typeof openHistory>;

const SLOT_MS = 1_000 * SLOT_SECONDS;
/** A sample without lag is stored only this late in its slot, because one with lag may follow. */
const LATE_MS = 7_000;

/** Opens the history of a pipeline. */
export function openHistory(
  { database, writableDatabase }: Pick<StatsContext, 'database' | 'writableDatabase'>,
  pipeline: PipelineName,
  logger: Logger,
) {
  let keptSlot = 0;
  let logged = '';
  return {
    /** The points of the latest `minutes`, the oldest first. */
    read: async (minutes: number): Promise<readonly HistoryPoint[]> => {
      const stepSeconds = stepFor(minutes);
      return toPoints(await readSamples(database, pipeline, { minutes, stepSeconds }), stepSeconds);
    },
    /** All samples of the latest `minutes`; none if they cannot be read. */
    recall: (minutes: number): Promise<readonly StatsSample[]> =>
      readSamples(database, pipeline, { minutes, stepSeconds: SLOT_SECONDS }).catch(() => []),
    /** Stores a sample if its slot has none yet. Never rejects: the page works without history. */
    async keep(sample: StatsSample): Promise<void> {
      const slot = Math.floor(sample.atMs / SLOT_MS);
      if (slot === keptSlot || (sample.lag === null && sample.atMs % SLOT_MS < LATE_MS)) return;
      keptSlot = slot;
      const problem = await keepSample(writableDatabase, pipeline, sample).then(() => '', permanentProblem);
      if (problem !== logged && problem !== '') logger.warn(`the history cannot be stored: ${problem}`);
      logged = problem;
    },
  };
}

/** Transient errors are reported elsewhere. */
const permanentProblem = (error: unknown) => (isTransientError(error) ? '' : describeError(error));
