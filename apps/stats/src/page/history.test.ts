import type { Database } from '@pipeline/db';
import type { StatsSample } from '@pipeline/db/read';
import { createLogger, loggerSettings } from '@pipeline/program';
import { readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { openHistory } from './history.ts';

const logger = createLogger('test', readSettings(loggerSettings, { LOG_LEVEL: 'silent' }));

/** A history that only counts the samples it keeps. */
function countKept() {
  let kept = 0;
  const run = async () => {
    kept++;
    return [];
  };
  const database = { run } as unknown as Database;
  const pipeline = { topic: 'events', groupId: 'group' };
  const history = openHistory({ database, writableDatabase: database }, pipeline, logger);
  return { history, kept: () => kept };
}

const at = (second: number, lag: bigint | null): StatsSample => ({
  atMs: second * 1_000,
  stored: 0n,
  openDeadLetters: 0n,
  lag,
  end: lag,
  secondsBehind: null,
  latency: null,
});

test('one sample per ten seconds is kept', async () => {
  const { history, kept } = countKept();
  for (const second of [100, 102, 104, 109, 110]) await history.keep(at(second, 0n));
  expect(kept()).toBe(2);
});

test('a sample without lag is kept only late in its slot', async () => {
  const { history, kept } = countKept();
  await history.keep(at(100, null));
  expect(kept()).toBe(0);
  await history.keep(at(108, null));
  expect(kept()).toBe(1);
});
