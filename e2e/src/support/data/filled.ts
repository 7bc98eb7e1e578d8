import { runApp } from '../programs/programs.ts';
import { createPipeline, type Pipeline } from '../servers/pipeline.ts';
import { createEvent, jsonRecord } from './events.ts';

/** An event at a time on a fixed day. */
const at = (time: string, change = {}) =>
  createEvent({ event_time: `2026-11-24T${time}:12.345678Z`, ...change });

/**
 * Creates a drained pipeline with four events (09:30: two page views; 09:31: a page view and a signup), a
 * duplicate and two dead letters. Its partitions end at offsets 3, 2 and 2.
 */
export async function createFilledPipeline(): Promise<Pipeline> {
  const pipeline = await createPipeline();
  const duplicated = at('09:30');
  const partitions = [
    [duplicated, at('09:30'), duplicated],
    [at('09:31'), at('09:31', { event_type: 'signup', payload: { plan: 'pro' } })],
    [at('09:31', { event_type: 'teleport' }), { hello: 'world' }],
  ];
  await pipeline.publish(
    partitions.flatMap((events, partition) => events.map((event) => jsonRecord(event, { partition }))),
  );
  const { code, stderr } = await runApp('consumer', ['--once'], pipeline.environment);
  if (code !== 0) throw new Error(`the consumer ended with exit code ${code}: ${stderr}`);
  return pipeline;
}

/** Gives partition 1 a lag of three records. */
export async function publishThreeMore(pipeline: Pipeline): Promise<void> {
  await pipeline.publish([1, 2, 3].map(() => jsonRecord(at('09:32'), { partition: 1 })));
}
