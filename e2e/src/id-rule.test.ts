import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { runApp } from './support/programs/programs.ts';
import { createPipeline } from './support/servers/pipeline.ts';

test('another id rule than that of the stored events ends the consumer in one line', async () => {
  await using pipeline = await createPipeline();
  await pipeline.publish([jsonRecord(createEvent())]);
  const drain = () => runApp('consumer', ['--once', '--log-format', 'json'], pipeline.environment);
  expect(await drain()).toMatchObject({ code: 0 });
  await pipeline.database.run((sql) => sql`update ingest_progress set identity = '["cloudevents"]'`);
  await pipeline.publish([jsonRecord(createEvent())]);
  const { code, stderr } = await drain();
  expect(code).toBe(2);
  const [line = ''] = stderr.trim().split('\n').slice(-1);
  expect(JSON.parse(line)).toMatchObject({
    level: 'fatal',
    msg:
      `topic ${pipeline.topic} has events whose ids follow the rule ["cloudevents"], but the definition has the rule ` +
      '["id","/event_id",null]; restore the former rule, or give the definition a schema of its own with DATABASE_SCHEMA',
  });
  const stored = await pipeline.database.run((sql) => sql`select count(*)::int as n from raw_events`);
  expect(stored).toEqual([{ n: 1 }]);
});
