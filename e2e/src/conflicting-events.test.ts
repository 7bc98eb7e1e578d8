import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations } from './support/data/invariants.ts';
import { findOvercommitted } from './support/data/oracle.ts';
import { type KillPoint, killPoints } from './support/programs/kill-points.ts';
import { killableConsumer, runApp, startProgram } from './support/programs/programs.ts';
import { findUnproven } from './support/programs/prove.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const EVENTS = 300;
/** One event in ten is sent three times, the last time with another user: at once, or 30 events later. */
const EVERY = 10;

/** In one partition, because across partitions any of two conflicting events may be stored. */
function createRecords() {
  const events = Array.from({ length: EVENTS }, () => createEvent());
  const sent = events.flatMap((event, index) => {
    const former = events[index - (index < 150 ? 0 : 30)];
    return index % EVERY === 0 && former
      ? [event, former, { ...former, user_id: `another ${index}` }]
      : [event];
  });
  return sent.map((event) => jsonRecord(event, { key: Buffer.from('one') }));
}

async function counts({ database }: Pipeline): Promise<unknown> {
  const [found] = await database.run(
    (sql) => sql`
      select sum(stored)::int as stored, sum(duplicates)::int as duplicates,
             sum(conflicting_duplicates)::int as conflicting, sum(dead_lettered)::int as dead,
             (select count(*)::int from raw_events where user_id like 'another%') as wrong
      from ingest_progress`,
  );
  return found;
}

async function deadLetters(pipeline: Pipeline) {
  const [found] = await pipeline.database.run(
    (sql) => sql<{ reasons: string[]; details: string[] }[]>`
      select json_agg(distinct reason) as reasons, json_agg(distinct detail) as details from dlq_events`,
  );
  const topic = await pipeline.readTopic(pipeline.dlqTopic);
  return { ...found, inTopic: new Set(topic.map(({ value }) => String(value))).size };
}

/** A static member replaces its killed self at once. */
const isStatic = { KAFKA_GROUP_INSTANCE_ID: 'one' };

const CONFLICTS = EVENTS / EVERY;
const expected = {
  count: { stored: EVENTS, duplicates: 2 * CONFLICTS, conflicting: CONFLICTS, dead: 0, wrong: 0 },
  'dead-letter': { stored: EVENTS, duplicates: CONFLICTS, conflicting: 0, dead: CONFLICTS, wrong: 0 },
} as const;

async function expectCounted(handling: keyof typeof expected, point: KillPoint): Promise<void> {
  await using pipeline = await createPipeline();
  const changes = { CONFLICTING_EVENTS: handling, BATCH_MAX_EVENTS: '40', ...isStatic };
  const environment = { ...pipeline.environment, ...changes };
  await pipeline.publish([...createRecords(), { key: null, value: Buffer.from('not json') }]);
  await using killed = startProgram(killableConsumer, [], { ...environment, KILL_AT: `${point}:2` });
  expect((await killed.ended).code).toBeNull();
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline, { mayBeEmpty: true })).toEqual([]);
  expect(await findOvercommitted(pipeline)).toEqual([]);

  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  const { dead, ...others } = expected[handling];
  expect(await counts(pipeline)).toEqual({ ...others, dead: dead + 1 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline)).toEqual([]);
  expect(await deadLetters(pipeline)).toMatchObject({ inTopic: dead + 1 });
}

const name = 'conflicting events are counted or kept once (%s) by a consumer killed %s';
const others = killPoints.filter((point) => point !== 'after-write');

function casesOf(points: readonly KillPoint[]): readonly (readonly [keyof typeof expected, KillPoint])[] {
  return points.flatMap(
    (point) =>
      [
        ['count', point],
        ['dead-letter', point],
      ] as const,
  );
}

test.concurrent.each(casesOf(['after-write']))(name, expectCounted);
test.concurrent.each(casesOf(others))(name, { tags: 'long' }, expectCounted);

test.concurrent('a conflicting event that is redriven is a dead letter again', async () => {
  await using pipeline = await createPipeline();
  const environment = { ...pipeline.environment, CONFLICTING_EVENTS: 'dead-letter', DLQ_LIMIT_RATIO: '0' };
  await pipeline.publish(createRecords());
  const drain = () => runApp('consumer', ['--once'], environment);
  expect(await drain()).toMatchObject({ code: 0 });
  expect(await deadLetters(pipeline)).toEqual({
    reasons: ['conflicting_event'],
    details: ['differs from the event that is stored with this event_id, in user_id'],
    inTopic: CONFLICTS,
  });
  const redrive = ['dlq', 'redrive', '--reason', 'conflicting_event', '--yes'];
  expect(await runApp('stats', redrive, pipeline.environment)).toMatchObject({ code: 0 });
  expect(await drain()).toMatchObject({ code: 0 });
  const rows = await pipeline.database.run(
    (sql) => sql`
      select status, redrive_count as redrives, count(*)::int as n from dlq_events group by 1, 2 order by 2`,
  );
  expect(rows).toEqual([
    { status: 'redriven', redrives: 0, n: CONFLICTS },
    { status: 'open', redrives: 1, n: CONFLICTS },
  ]);
  expect(await counts(pipeline)).toEqual({ ...expected['dead-letter'], dead: 2 * CONFLICTS });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline)).toEqual([]);
  expect(await runApp('stats', ['verify'], pipeline.environment)).toMatchObject({ code: 0 });
});
