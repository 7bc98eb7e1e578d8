import { openAdmin } from '@pipeline/kafka';
import { startPrivateKafka, testStack } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, fingerprint, noViolations, sumLedgers } from './support/data/invariants.ts';
import { runApp } from './support/programs/programs.ts';
import { findUnproven } from './support/programs/prove.ts';
import { openKafkaClient } from './support/servers/kafka-client.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { createTopics } from './support/system/system.ts';

/** The id of the cluster of a pipeline. */
async function clusterIdOf({ environment }: Pipeline): Promise<string> {
  await using admin = await openAdmin(openKafkaClient(environment));
  return (await admin.clusterId()) ?? '';
}

test('a topic of another cluster is refused until its move is confirmed', { tags: 'long' }, async () => {
  await using kafka = await startPrivateKafka();
  const { brokers, createDatabase } = testStack();
  const databaseUrl = await createDatabase();
  const topic = `moved-${process.pid}`;
  const pipelines = [brokers, kafka.address].map(async (address) => {
    await createTopics(address, topic);
    return await openPipeline({ brokers: address, databaseUrl }, topic, `${topic}-dlq`);
  });
  const [from, to] = await Promise.all(pipelines);
  if (from === undefined || to === undefined) throw new Error('two pipelines were opened');
  await using _from = from;
  await using _to = to;
  const [former, present] = await Promise.all([clusterIdOf(from), clusterIdOf(to)]);
  const drain = (pipeline: Pipeline, ...words: readonly string[]) =>
    runApp('consumer', ['--once', ...words], pipeline.environment);

  const copied = Array.from({ length: 20 }, () => jsonRecord(createEvent()));
  await from.publish(copied);
  await to.publish([...copied, ...Array.from({ length: 20 }, () => jsonRecord(createEvent()))]);
  expect(await drain(from)).toMatchObject({ code: 0 });
  const before = await fingerprint(from.database);

  const refused = await drain(to);
  expect(refused.code).toBe(2);
  expect(refused.stderr.trim().split('\n').at(-1)).toMatch(
    new RegExp(`^consumer: .*cluster ${former}.*cluster ${present}.*--accept-cluster ${present}"\\)$`),
  );
  expect(await drain(to, '--accept-cluster', former)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`KAFKA_BROKERS is cluster ${present}`),
  });
  expect(await fingerprint(from.database)).toEqual(before);

  expect(await drain(to, '--accept-cluster', present)).toMatchObject({ code: 0 });
  expect(await findViolations(from.database)).toEqual(noViolations);
  expect(await findUnproven(to, { mayLackRecords: true })).toEqual([]);
  expect(await sumLedgers(from.database)).toMatchObject({ stored: 40, duplicates: 20, dead: 0 });
  expect(await drain(to)).toMatchObject({ code: 0 });
  expect(await drain(from)).toMatchObject({ code: 2, stderr: expect.stringContaining(former) });
});
