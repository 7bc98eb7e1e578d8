import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findViolations, noViolations } from './support/data/invariants.ts';
import { findDifferences, findOvercommitted, publishMix } from './support/data/oracle.ts';
import { killPoints } from './support/programs/kill-points.ts';
import { runApp, startProgram } from './support/programs/programs.ts';
import { createPipeline } from './support/servers/pipeline.ts';
import { createEveryRollup } from './support/servers/test-rollups.ts';

const entry = join(import.meta.dirname, 'support/programs/consumer-with-kill-point.ts');
/** Batches with duplicates are statements; the others are messages from COPY_MIN_EVENTS on. */
const forms = [
  { form: 'statements', duplicateEvery: 25, copyMinEvents: '1000' },
  { form: 'messages', duplicateEvery: 0, copyMinEvents: '1' },
];
const cases = forms.flatMap((one) =>
  killPoints.flatMap((point) => [1, 4].map((occurrence) => ({ ...one, point, occurrence }))),
);

test.concurrent.each(cases)(
  'a consumer killed $point ($occurrence, $form) loses and duplicates nothing',
  async ({ point, occurrence, duplicateEvery, copyMinEvents }) => {
    await using pipeline = await createPipeline();
    await createEveryRollup(pipeline.environment['DATABASE_URL'] ?? '');
    const oracle = await publishMix(pipeline, { events: 900, badEvery: 25, duplicateEvery });
    const environment = {
      ...pipeline.environment,
      BATCH_MAX_EVENTS: '50',
      COPY_MIN_EVENTS: copyMinEvents,
      KILL_AT: `${point}:${occurrence}`,
    };
    await using killed = startProgram(entry, [], environment);
    expect((await killed.ended).code).toBeNull();
    expect(killed.process.signalCode).toBe('SIGKILL');
    expect(await findViolations(pipeline.database)).toEqual(noViolations);
    expect(await findOvercommitted(pipeline)).toEqual([]);

    const restarted = { ...pipeline.environment, COPY_MIN_EVENTS: copyMinEvents };
    expect(await runApp('consumer', ['--once'], restarted)).toMatchObject({ code: 0 });
    expect(await findDifferences(pipeline, oracle)).toEqual([]);
  },
);
