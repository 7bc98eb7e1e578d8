import { expect, test } from 'vitest';
import { findViolations, noViolations } from './support/data/invariants.ts';
import { findDifferences, findOvercommitted, publishMix } from './support/data/oracle.ts';
import { type KillPoint, killPoints } from './support/programs/kill-points.ts';
import { type Environment, killableConsumer, runApp, startProgram } from './support/programs/programs.ts';
import { createPipeline } from './support/servers/pipeline.ts';
import { createEveryRollup } from './support/servers/test-rollups.ts';

/** How batches are written, and how soon the consumer that replaces the killed one is a member of the group. */
interface Form {
  readonly form: string;
  readonly duplicateEvery: number;
  readonly changes: Environment;
}

/** From COPY_MIN_EVENTS on, without duplicates; a static member replaces its former self at once. */
const messages: Form = {
  form: 'messages',
  duplicateEvery: 0,
  changes: { COPY_MIN_EVENTS: '1', KAFKA_GROUP_INSTANCE_ID: 'one' },
};
/** The first batch fails on a duplicate, and is written as a statement. */
const newEvents: Form = { ...messages, form: 'messages without duplicates', duplicateEvery: 25 };
/** Batches with duplicates; the session of the killed member has to end first. */
const statements: Form = { form: 'statements', duplicateEvery: 25, changes: { COPY_MIN_EVENTS: '1000' } };

type Case = Form & { readonly point: KillPoint; readonly occurrence: number };

const killedAt = (form: Form, occurrence: number): readonly Case[] =>
  killPoints.map((point) => ({ ...form, point, occurrence }));

async function expectSurvival({ point, occurrence, duplicateEvery, changes }: Case): Promise<void> {
  await using pipeline = await createPipeline();
  await createEveryRollup(pipeline.environment['DATABASE_URL'] ?? '');
  const oracle = await publishMix(pipeline, { events: 900, badEvery: 25, duplicateEvery });
  const environment = { ...pipeline.environment, ...changes };
  const settings = { ...environment, BATCH_MAX_EVENTS: '50', KILL_AT: `${point}:${occurrence}` };
  await using killed = startProgram(killableConsumer, [], settings);
  expect((await killed.ended).code).toBeNull();
  expect(killed.process.signalCode).toBe('SIGKILL');
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findOvercommitted(pipeline)).toEqual([]);

  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  expect(await findDifferences(pipeline, oracle)).toEqual([]);
}

const name = 'a consumer killed $point ($occurrence, $form) loses and duplicates nothing';

test.concurrent.each(killedAt(messages, 4))(name, expectSurvival);

const further = [messages, statements].flatMap((form) => killedAt(form, 1));

test.concurrent.each([...further, ...killedAt(newEvents, 4), ...killedAt(statements, 4)])(
  name,
  { tags: 'long' },
  expectSurvival,
);
