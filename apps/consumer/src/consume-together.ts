import type { Source } from '@pipeline/kafka';
import { consume, type Stages } from './consume.ts';

/**
 * Consumes in several loops. If one fails, `failure` is aborted, so that the others stop retrying: their
 * connections are about to close.
 */
export async function consumeTogether(
  source: Pick<Source, 'batches'>,
  stages: Stages,
  loops: number,
  failure: AbortController,
): Promise<void> {
  const loop = () =>
    consume(source.batches(), stages).catch((error) => {
      failure.abort(error);
      throw error;
    });
  await Promise.all(Array.from({ length: loops }, loop));
}
