import { expect, test } from 'vitest';
import { findDifferences, joinOracles, type Oracle, publishMix } from './support/data/oracle.ts';
import { runApp } from './support/programs/programs.ts';
import { configureTopic } from './support/servers/kafka-client.ts';
import { openOtherProducer } from './support/servers/other-producer.ts';
import { createPipeline } from './support/servers/pipeline.ts';

const mix = { events: 2_000, badEvery: 100, duplicateEvery: 100 };

/**
 * The broker recompresses to the codec of the topic, with the same code as Kafka's Java producer, and keeps
 * batches that already have that codec.
 */
test('batches compressed by Java or another client with any codec are read', async () => {
  await using pipeline = await createPipeline();
  const oracles: Oracle[] = [];
  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    await configureTopic(pipeline, pipeline.topic, { 'compression.type': compression });
    await using other = openOtherProducer(pipeline, { compression });
    oracles.push(await publishMix(pipeline, mix), await publishMix(other, mix));
  }
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  expect(await findDifferences(pipeline, joinOracles(oracles))).toEqual([]);
});
