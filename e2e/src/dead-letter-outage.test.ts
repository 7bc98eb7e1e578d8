import { findFreePort } from '@pipeline/servers';
import { startPrivateKafka, testStack } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { startProxy, type Trouble } from './support/servers/proxy.ts';
import { createTopics } from './support/system/system.ts';

/** API key of Produce requests: https://kafka.apache.org/protocol#protocol_api_keys */
const PRODUCE = 0;

/** Resets connections that publish records; the API key follows the 4-byte size of a request. */
const resetProduce: Trouble = ({ bytes, direction }) =>
  direction === 'request' && bytes.length > 6 && bytes.readInt16BE(4) === PRODUCE ? 'reset' : 'pass';

/** Small fetches and a small read-ahead, so that the backlog of a partition is several times its share. */
const smallReadAhead = {
  BUFFER_MAX_BYTES: '120000',
  KAFKA_FETCH_MAX_PARTITION_BYTES: '20000',
  BATCH_MAX_EVENTS: '50',
};
const ROUNDS = 40;
const PER_ROUND = 50;
/** Valid events per partition. */
const BACKLOG = ROUNDS * PER_ROUND;

/** Publishes an invalid record to partition 0, then the same backlog to all three partitions. */
async function fill(pipeline: Pipeline): Promise<void> {
  await pipeline.publish([{ key: null, value: Buffer.from('not json'), partition: 0 }]);
  const valid = [0, 1, 2].flatMap((partition) =>
    Array.from({ length: PER_ROUND }, () => () => jsonRecord(createEvent(), { partition })),
  );
  for (let round = 0; round < ROUNDS; round++) await pipeline.publish(valid.map((create) => create()));
}

// M7
test('while dead letters cannot be published, other partitions make progress', async () => {
  const port = await findFreePort();
  await using proxy = await startProxy(port);
  const advertised = { host: '127.0.0.1', port: proxy.port };
  await using _kafka = await startPrivateKafka({ endpoint: { host: '127.0.0.1', port }, advertised });
  const brokers = `127.0.0.1:${proxy.port}`;
  await createTopics(brokers, 'events');
  const databaseUrl = await testStack().createDatabase();
  await using pipeline = await openPipeline({ brokers, databaseUrl }, 'events', 'events-dlq');
  await fill(pipeline);
  proxy.trouble(resetProduce);
  await using consumer = startApp('consumer', [], { ...pipeline.environment, ...smallReadAhead });
  await waitForLog(consumer, /joined the group/);
  const committed = async () => (await pipeline.offsets()).map((one) => Number(one.committed ?? 0n));
  await waitUntil(async () => (await committed()).slice(1).every((offset) => offset === BACKLOG));
  expect((await committed())[0]).toBe(0);
  await proxy.heal();
  await waitUntil(async () => (await committed())[0] === BACKLOG + 1);
  expect(await sumLedgers(pipeline.database)).toMatchObject({ stored: 3 * BACKLOG, dead: 1 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
});
