import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@pipeline/db';
import type { LogRange, LogSlice } from '@pipeline/kafka';
import { createAccept, createDecoder, shopEvents } from '@pipeline/schema';
import { expect, test, vi } from 'vitest';
import { createProven } from '../testing/proofs.ts';
import { type ReadParts, readRecords } from './read-records.ts';
import { Journal } from './settle/journal.ts';
import { initialState, type ProofState, shareRead } from './state.ts';

const noRows = async () => [];

const slice = (start: number, end: number, change: Partial<LogSlice> = {}): LogSlice => ({
  ...{ start: BigInt(start), end: BigInt(end), records: [], markers: end - start, aborted: 0 },
  ...change,
});

type Answer = readonly (LogSlice | Error)[];

/** Reads two partitions; each call for a range gets the next answer. */
async function read(answers: readonly Answer[], change: Partial<ReadParts> = {}, run = noRows) {
  const [ranges, shares, lines]: [string[], number[], string[]] = [[], [], []];
  const left = [...answers];
  async function* readRange({ partition, start, end }: LogRange) {
    ranges.push(`${partition}: ${start} to ${end}`);
    for (const one of left.shift() ?? []) {
      if (one instanceof Error) throw one;
      yield one;
    }
  }
  const plan = {
    startedAt: '',
    partitions: [createProven(), createProven({ partition: 1, to: 2n })],
    rowsNotChecked: null,
  };
  const journal = new Journal(join(mkdtempSync(join(tmpdir(), 'read-')), 'ids'), [0]);
  const parts: ReadParts = {
    admin: { readRange },
    fetchLogStart: async () => 4n,
    judge: {
      database: { run } as unknown as Database,
      persist: (step) => step(),
      envelope: shopEvents.envelope,
      accept: createAccept(shopEvents),
      decode: createDecoder(shopEvents),
      sample: 1,
    },
    journal,
    limits: { maxBytes: 1, maxRecords: 1 },
    fetchBytes: 1,
    wait: async () => {},
    onProgress: (state) => shares.push(shareRead(state)),
    say: (line) => lines.push(line),
    errors: {
      isTransientError: (error) => error instanceof Error && error.message === 'gone',
      describeError: (error) => (error instanceof Error ? error.message : ''),
      toUserError: (error) => error,
    },
    signal: new AbortController().signal,
    ...change,
  };
  const state = await readRecords(parts, initialState(plan, { count: 0, first: [] }, [0]));
  return { state, ranges, shares, lines };
}

const counts = ({ tallies }: ProofState) =>
  tallies.map(({ markers, unreadable, expired }) => [markers, unreadable, expired]);

test('all partitions are read to their ends, with progress', async () => {
  const { state, ranges, shares } = await read([[slice(0, 6), slice(6, 10)], [slice(0, 2)]]);
  expect(ranges).toEqual(['0: 0 to 10', '1: 0 to 2']);
  expect(counts(state)).toEqual([
    [10, 0, 0],
    [2, 0, 0],
  ]);
  expect(shares).toEqual([0.5, 10 / 12, 1]);
});

test('reading goes on after an outage of Kafka where it was', async () => {
  const outage = new Error('gone');
  const { ranges, lines, state } = await read([
    [slice(0, 6), outage],
    [outage],
    [slice(6, 10)],
    [slice(0, 2)],
  ]);
  expect(ranges).toEqual(['0: 0 to 10', '0: 6 to 10', '0: 6 to 10', '1: 0 to 2']);
  expect(lines).toEqual(['waiting for Kafka: gone']);
  expect(counts(state)[0]).toEqual([10, 0, 0]);
});

const outOfRange = Object.assign(new Error('out of range'), { type: 'OFFSET_OUT_OF_RANGE' });

test('offsets that expire during the proof are counted, and rows are not checked', async () => {
  const { state, ranges } = await read([[slice(0, 2), outOfRange], [slice(4, 10)], [slice(0, 2)]]);
  expect(ranges).toEqual(['0: 0 to 10', '0: 4 to 10', '1: 0 to 2']);
  expect(counts(state)[0]).toEqual([8, 0, 2]);
  expect(state.plan.rowsNotChecked).toBe('the topic no longer has all records that the ledger accounts for');
});

test('a batch that cannot be read is counted by its offsets', async () => {
  const unreadable = { topic: 'events', partition: 0, firstOffset: '2', lastOffset: '8', reason: 'corrupt' };
  const { state } = await read([[slice(0, 2), slice(2, 9, { unreadable }), slice(9, 10)], [slice(0, 2)]]);
  expect(counts(state)[0]).toEqual([3, 7, 0]);
});

const startAt = (offset: bigint): Partial<ReadParts> => ({ fetchLogStart: async () => offset });

test.each([
  ['that ends early', [[slice(0, 6)]], {}],
  ['that starts after the range', [[outOfRange]], startAt(11n)],
  ['that starts before it', [[outOfRange]], startAt(0n)],
] as const)('a log %s has been truncated or recreated', async (_, answers, change) => {
  await expect(read(answers, change)).rejects.toThrow(/was truncated, or its topic recreated/);
});

test('slices that are judged at once are accepted in order, none after a failure', async () => {
  const answers = [[slice(0, 2), slice(2, 4), slice(4, 10)], [slice(0, 2)]];
  /** The first query ends when the third one has begun. */
  const lateFirst = (end: (first: PromiseWithResolvers<never[]>) => void) => {
    const first = Promise.withResolvers<never[]>();
    let queries = 0;
    return async () => {
      queries++;
      if (queries === 3) end(first);
      return queries === 1 ? first.promise : [];
    };
  };
  const { shares } = await read(
    answers,
    {},
    lateFirst(({ resolve }) => resolve([])),
  );
  expect(shares).toEqual([2 / 12, 4 / 12, 10 / 12, 1]);
  const onProgress = vi.fn();
  const failing = read(
    answers,
    { onProgress },
    lateFirst(({ reject }) => reject(new Error('lost'))),
  );
  await expect(failing).rejects.toThrow('lost');
  expect(onProgress).not.toHaveBeenCalled();
});

test('a stop ends the reading between two slices, after what was judged is saved', async () => {
  const stop = new AbortController();
  const seen: bigint[] = [];
  const onProgress = ({ next }: ProofState) => {
    seen.push(next);
    stop.abort(new Error('stopped'));
  };
  const reading = read([[slice(0, 2), slice(2, 4), slice(4, 10)]], { onProgress, signal: stop.signal });
  await expect(reading).rejects.toThrow('stopped');
  expect(seen.length).toBeLessThan(3);
});
