import { expect, test } from 'vitest';
import { findDifferences, joinOracles, type Oracle, publishMix } from './support/data/oracle.ts';
import { runApp } from './support/programs/programs.ts';
import { configureTopic } from './support/servers/kafka-client.ts';
import { createPipeline } from './support/servers/pipeline.ts';

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
