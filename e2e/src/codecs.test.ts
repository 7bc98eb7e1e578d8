import { expect, test } from 'vitest';
import { configureTopic } from './support/kafka-client.ts';
import { findDifferences, joinOracles, type Oracle, publishMix } from './support/oracle.ts';
import { createPipeline } from './support/pipeline.ts';
import { runApp } from './support/programs.ts';

/** The broker recompresses to the codec of the topic, with the same code as Kafka's Java producer. */
test('batches compressed by Java with any codec of Kafka are read', async () => {
  await using pipeline = await createPipeline();
  const oracles: Oracle[] = [];
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
    await configureTopic(pipeline, pipeline.topic, { 'compression.type': codec });
    oracles.push(await publishMix(pipeline, { events: 2_000, badEvery: 100, duplicateEvery: 100 }));
  }
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  expect(await findDifferences(pipeline, joinOracles(oracles))).toEqual([]);
});
