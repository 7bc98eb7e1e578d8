import {
  type Database,
  describeError,
  isTransientError,
  keepSample,
  type PipelineName,
  readSamples,
  SLOT_SECONDS,
  type StatsSample,
} from '@pipeline/db';
import type { Logger } from '@pipeline/runtime';
import { type HistoryPoint, stepFor, toPoints } from './history-points.ts';

/** What was seen before: it outlives this process. */
export interface History {
  /** What was seen in the last so many minutes, a point for each step; the oldest first. */
  read(minutes: number): Promise<readonly HistoryPoint[]>;
  /** All samples of the last so many minutes; none where they cannot be read. */
  recall(minutes: number): Promise<readonly StatsSample[]>;
  /** Keeps a sample, if its time has come. Never fails: without history there is still the present. */
  keep(sample: StatsSample): Promise<void>;
}

export interface HistoryDatabases {
  readonly database: Database;
  /** For what changes something. */
  readonly writableDatabase: Database;
}

const SLOT_MS = 1_000 * SLOT_SECONDS;
/** A slot has one sample: one that does not know the lag waits for a better one as long as it can. */
const LATE_MS = 7_000;

/** The history of a pipeline. */
export function openHistory(
  { database, writableDatabase }: HistoryDatabases,
  pipeline: PipelineName,
  logger: Logger,
): History {
  let keptSlot = 0;
  let said = '';
  return {
    read: async (minutes) => {
      const stepSeconds = stepFor(minutes);
      return toPoints(await readSamples(database, pipeline, { minutes, stepSeconds }), stepSeconds);
    },
    recall: (minutes) =>
      readSamples(database, pipeline, { minutes, stepSeconds: SLOT_SECONDS }).catch(() => []),
    async keep(sample) {
      const slot = Math.floor(sample.atMs / SLOT_MS);
      if (slot === keptSlot || (sample.lag === null && sample.atMs % SLOT_MS < LATE_MS)) return;
      keptSlot = slot;
      const problem = await keepSample(writableDatabase, pipeline, sample).then(() => '', permanentProblem);
      if (problem !== said && problem !== '') logger.warn(`no history is kept: ${problem}`);
      said = problem;
    },
  };
}

/** What passes by itself is said elsewhere. */
const permanentProblem = (error: unknown) => (isTransientError(error) ? '' : describeError(error));
