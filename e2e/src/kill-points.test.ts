import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findViolations, noViolations } from './support/data/invariants.ts';
import { findDifferences, findOvercommitted, publishMix } from './support/data/oracle.ts';
import { killPoints } from './support/programs/kill-points.ts';
import { runApp, startProgram } from './support/programs/programs.ts';
import { createPipeline } from './support/servers/pipeline.ts';

const entry = join(import.meta.dirname, 'support/programs/consumer-with-kill-point.ts');
const cases = killPoints.flatMap((point) => [1, 4].map((occurrence) => [point, occurrence] as const));

test.concurrent.each(cases)(
  'a consumer killed %s (occurrence %d) loses and duplicates nothing',
  async (point, occurrence) => {
    await using pipeline = await createPipeline();
    const oracle = await publishMix(pipeline, { events: 900, badEvery: 25, duplicateEvery: 25 });
    const environment = {
      ...pipeline.environment,
      BATCH_MAX_EVENTS: '50',
      KILL_AT: `${point}:${occurrence}`,
    };
    await using killed = startProgram(entry, [], environment);
    expect((await killed.ended).code).toBeNull();
    expect(killed.process.signalCode).toBe('SIGKILL');
    expect(await findViolations(pipeline.database)).toEqual(noViolations);
    expect(await findOvercommitted(pipeline)).toEqual([]);

    expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
    expect(await findDifferences(pipeline, oracle)).toEqual([]);
  },
);
