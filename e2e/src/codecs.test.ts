import { expect, test } from 'vitest';
import { configureTopic } from './support/kafka-client.ts';
import { findDifferences, joinOracles, type Oracle, publishMix } from './support/oracle.ts';
import { createPipeline } from './support/pipeline.ts';
import { runApp } from './support/programs.ts';

/** A topic that asks for a codec gets it from Java: the broker compresses anew, with the code of Kafka's own producer. */
test('what Java compresses, with every codec of Kafka, is read like anything else', async () => {
  await using pipeline = await createPipeline();
  const oracles: Oracle[] = [];
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
    await configureTopic(pipeline, pipeline.topic, { 'compression.type': codec });
    oracles.push(await publishMix(pipeline, { events: 2_000, badEvery: 100, doubleEvery: 100 }));
  }
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  expect(await findDifferences(pipeline, joinOracles(oracles))).toEqual([]);
});
