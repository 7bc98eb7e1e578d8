import { readSettings } from '@pipeline/runtime';
import type { Stages } from 'consumer/consume';
import { runConsumer } from 'consumer/run';
import { consumerSettings } from 'consumer/settings';
import { type KillPoint, killPoints } from './kill-points.ts';

/** The consumer, as it is, but that it kills itself at `KILL_AT=point:n`, the n-th time that it comes to the point. */
const [point, occurrence] = (process.env['KILL_AT'] ?? '').split(':');
let left = Number(occurrence);

function killHere(here: KillPoint): void {
  if (here === point && --left === 0) process.kill(process.pid, 'SIGKILL');
}

/** Kills while a step is under way: the step has begun, and its end is not known to anybody. */
async function killDuring<Value>(here: KillPoint, step: Promise<Value>): Promise<Value> {
  setImmediate(() => killHere(here));
  return await step;
}

function withKillPoints(path: Stages): Stages {
  return {
    ...path,
    write: async (batch) => {
      killHere('before-write');
      const written = await killDuring('during-write', path.write(batch));
      killHere('after-write');
      return written;
    },
    deadLetter: async (batch, letters) => {
      await killDuring('during-dead-letter', path.deadLetter(batch, letters));
      killHere('after-dead-letter');
    },
    observe: (batch, written, startedAt) => {
      killHere('after-commit');
      path.observe(batch, written, startedAt);
    },
  };
}

if (!killPoints.some((known) => known === point)) throw new Error(`KILL_AT names no kill point: ${point}`);
await runConsumer(readSettings(consumerSettings, process.env), {
  version: 'test',
  once: true,
  decorate: withKillPoints,
});
