import { createEvent, jsonRecord } from './events.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { runApp } from './programs.ts';

/** The clock of all events: 09:30 has two page views, 09:31 has one and a signup. */
const at = (time: string, change = {}) =>
  createEvent({ event_time: `2026-11-24T${time}:12.345678Z`, ...change });

/** A pipeline with four events, a duplicate and two dead letters, all read: offsets 3, 2 and 2. */
export async function createFilledPipeline(): Promise<Pipeline> {
  const pipeline = await createPipeline();
  const twice = at('09:30');
  const partitions = [
    [twice, at('09:30'), twice],
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

/** Makes partition 1 three records behind. */
export async function publishThreeMore(pipeline: Pipeline): Promise<void> {
  await pipeline.publish([1, 2, 3].map(() => jsonRecord(at('09:32'), { partition: 1 })));
}
