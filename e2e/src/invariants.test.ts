import { expect, test } from 'vitest';
import { findViolations, noViolations } from './support/data/invariants.ts';
import { publishMix } from './support/data/oracle.ts';
import { runApp } from './support/programs/programs.ts';
import { createPipeline } from './support/servers/pipeline.ts';
import { createEveryRollup } from './support/servers/test-rollups.ts';

test('a wrong value or count of any roll-up violates the invariants', async () => {
  await using pipeline = await createPipeline();
  await createEveryRollup(pipeline.environment['DATABASE_URL'] ?? '');
  await publishMix(pipeline, { events: 20, badEvery: 0, duplicateEvery: 0 });
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);

  const run = (text: string) => pipeline.database.run((sql) => sql.unsafe(text).simple());
  await run('create table kept as table rollup_values');
  const wrongAfter = async (text: string) => {
    await run(text);
    const { wrongRollups } = await findViolations(pipeline.database);
    await run('truncate rollup_values; insert into rollup_values table kept');
    return wrongRollups;
  };
  const { length } = await pipeline.database.run((sql) => sql`select from rollup_values`);
  expect(length).toBeGreaterThan(0);
  expect(await wrongAfter('update rollup_values set event_count = event_count + 1')).toBe(length);
  expect(await wrongAfter('update rollup_values set left_out = left_out + 1')).toBe(length);
  expect(await wrongAfter('update rollup_values set value = value + 0.1')).toBe((length * 3) / 4);
  expect(await wrongAfter('delete from rollup_values')).toBe(length);
});
