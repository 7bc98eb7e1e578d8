import type { Group } from '@pipeline/kafka';
import type { Look } from './judge.ts';
import { problemOf } from './problem.ts';
import { toReport } from './report.ts';
import type { Snapshot } from './snapshot.ts';
import { addSample, type Sample, toSample, trendOf } from './trend.ts';

/** Where a look comes from. */
export interface LookSources {
  readonly collect: () => Promise<Snapshot>;
  readonly describeGroup: () => Promise<Group | null>;
}

/** Looks at everything at once, and remembers enough to tell how it changes. */
export function createLook({ collect, describeGroup }: LookSources): () => Promise<Look> {
  let samples: readonly Sample[] = [];
  return async () => {
    const snapshot = await collect();
    const group = snapshot.kafkaProblem === undefined ? await describeGroup() : null;
    samples = addSample(samples, toSample(snapshot));
    return { snapshot, group, trend: trendOf(samples) };
  };
}

/** A look as a server-sent event: `stats`, or `problem` when the tables cannot be read. */
export async function toMessage(look: () => Promise<Look>, everySeconds: number): Promise<string> {
  try {
    return format('stats', toReport(await look(), everySeconds));
  } catch (error) {
    return format('problem', { error: problemOf(error) });
  }
}

function format(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
