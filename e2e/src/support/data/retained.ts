import { createHash } from 'node:crypto';
import type { Database } from '@pipeline/db';
import type { Pipeline } from '../servers/pipeline.ts';

type Record = Awaited<ReturnType<Pipeline['readTopic']>>[number];

/** The records that the topic still has, but that are neither stored nor a dead letter; at most 20. */
export async function findUnstored(
  pipeline: Pick<Pipeline, 'topic' | 'readTopic'>,
  database: Database,
): Promise<readonly string[]> {
  const records = await pipeline.readTopic(pipeline.topic);
  const rows = await database.run(
    (sql) => sql<{ id: string }[]>`select event_id as id from pipeline.raw_events`,
  );
  const dead = await database.run(
    (sql) => sql<{ place: string }[]>`
      select source_partition || '/' || source_offset || '/' || md5(coalesce(value, '')) as place from pipeline.dlq_events`,
  );
  const stored = new Set(rows.map(({ id }) => id));
  const places = new Set(dead.map(({ place }) => place));
  const unstored = records.filter((record) => !stored.has(eventIdOf(record)) && !places.has(placeOf(record)));
  return unstored.slice(0, 20).map(({ partition, offset }) => `partition ${partition}, offset ${offset}`);
}

function eventIdOf({ value }: Record): string {
  return /^\{"event_id":"([^"]+)"/.exec(String(value))?.[1] ?? '';
}

function placeOf({ partition, offset, value }: Record): string {
  const hash = createHash('md5')
    .update(value ?? '')
    .digest('hex');
  return `${partition}/${offset}/${hash}`;
}
