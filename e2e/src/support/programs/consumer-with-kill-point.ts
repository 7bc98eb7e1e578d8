import { readSettings } from '@pipeline/runtime';
import type { Stages } from 'consumer/consume';
import { runConsumer } from 'consumer/run';
import { consumerSettings } from 'consumer/settings';
import { type KillPoint, killPoints } from './kill-points.ts';

/** The consumer, but with `KILL_AT=point:n` it kills itself when it reaches the point for the n-th time. */
const [point, occurrence] = (process.env['KILL_AT'] ?? '').split(':');
let left = Number(occurrence);

function killAt(reached: KillPoint): void {
  if (reached === point && --left === 0) process.kill(process.pid, 'SIGKILL');
}

/** Kills while a step is in progress: it has started, but its outcome is unknown. */
async function killDuring<Value>(reached: KillPoint, step: Promise<Value>): Promise<Value> {
  setImmediate(() => killAt(reached));
  return await step;
}

function withKillPoints(path: Stages): Stages {
  return {
    ...path,
    write: async (batch) => {
      killAt('before-write');
      const written = await killDuring('during-write', path.write(batch));
      killAt('after-write');
      return written;
    },
    deadLetter: async (batch, deadLetters) => {
      await killDuring('during-dead-letter', path.deadLetter(batch, deadLetters));
      killAt('after-dead-letter');
    },
    observe: (batch, written, startedAt) => {
      killAt('after-commit');
      path.observe(batch, written, startedAt);
    },
  };
}

if (!killPoints.some((known) => known === point)) throw new Error(`KILL_AT: unknown kill point ${point}`);
await runConsumer(readSettings(consumerSettings, process.env), {
  version: 'test',
  once: true,
  decorate: withKillPoints,
});
