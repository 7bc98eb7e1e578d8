import type { StoredProof } from '@pipeline/db/prove';
import type { Latency, Newest } from '@pipeline/db/read';
import type { Group } from '@pipeline/kafka';
import type { Snapshot } from '../collect/snapshot.ts';
import type { PipelineState } from '../status/status.ts';
import { addSample, KEPT_MINUTES, type Sample, toSample, trendOf } from '../status/trend.ts';
import type { History } from './history.ts';
import { type Tail, tailOf } from './tail.ts';

/** Everything that the live page shows. */
export interface DashboardState extends PipelineState {
  /** Latency of the events that were stored in the last minute; null if unknown. */
  readonly latency: Latency | null;
  readonly tail: Tail;
  /** The newest proof; null if there is none, or it is unknown. */
  readonly proof: StoredProof | null;
}

/** The sources of a dashboard state. */
export interface DashboardSources {
  readonly collect: () => Promise<Snapshot>;
  readonly describeGroup: () => Promise<Group | null>;
  readonly readNewest: () => Promise<Newest>;
  readonly readProof: () => Promise<StoredProof | null>;
  readonly history: Pick<History, 'recall' | 'keep'>;
}

/**
 * Returns a function that reads the current state. The trend is computed from samples, also from before a
 * restart.
 */
export function createDashboardState(sources: DashboardSources): () => Promise<DashboardState> {
  const { collect, describeGroup, readNewest, readProof, history } = sources;
  let samples: readonly Sample[] | undefined;
  return async () => {
    const optional = [readNewest().catch(() => null), readProof().catch(() => null)] as const;
    const [snapshot, newest, proof] = await Promise.all([collect(), ...optional]);
    const group = snapshot.kafkaProblem === undefined ? await describeGroup() : null;
    const before = samples ?? (await history.recall(KEPT_MINUTES)).map(toMovingSample);
    const latency = newest?.latency ?? null;
    const now = toSample(snapshot, latency);
    samples = addSample(before, now);
    void history.keep(now);
    const tail = tailOf(newest, before.at(-1), now);
    return { snapshot, group, trend: trendOf(samples), latency, tail, proof };
  };
}

/**
 * Stored samples have no offsets per partition, so stuck partitions are detected only from those of this
 * process.
 */
const toMovingSample = (sample: Omit<Sample, 'waiting'>): Sample => ({ ...sample, waiting: new Map() });
