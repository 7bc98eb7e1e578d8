import { type Batch, type DeadLetter, EventRows, type Written } from '@pipeline/db';
import type { RecordBatch } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { consume, type Stages } from './consume.ts';

const record = { offset: '7', timestamp: '0', encodedSize: 0, key: null, value: null };
const rejected: DeadLetter = {
  record,
  reason: 'empty',
  eventType: null,
  detail: '',
  sqlstate: null,
  redriveCount: 0,
};
const refused: DeadLetter = { ...rejected, reason: 'refused_by_database', sqlstate: '22P05' };
const triaged: Batch = {
  topic: 'events',
  partition: 0,
  nextOffset: 8n,
  rows: new EventRows(),
  deadLetters: [rejected],
};
const written: Written = { stored: new Map(), deadLettered: 1, conflicting: 0, refused: [refused] };

/** Runs one batch through stages that record their calls; a test may replace some of them. */
async function runOne(change: Partial<Stages> = {}) {
  const steps: string[] = [];
  const deadLetters: DeadLetter[] = [];
  const stages: Stages = {
    triage: () => triaged,
    admit: () => true,
    write: async () => {
      steps.push('write');
      return written;
    },
    deadLetter: async (_, sent) => {
      steps.push('dead-letter');
      deadLetters.push(...sent);
    },
    observe: () => steps.push('observe'),
    ...change,
  };
  const batch: RecordBatch = {
    topic: 'events',
    partition: 0,
    nextOffset: 8n,
    records: [record],
    commitOffsets: async () => void steps.push('commit'),
    pausePartition: () => steps.push('pause'),
  };
  const error: unknown = await consume(oneBatch(batch), stages).catch((thrown) => thrown);
  return { steps, deadLetters, error };
}

async function* oneBatch(batch: RecordBatch) {
  yield batch;
}

const failing = () => Promise.reject(new Error('broken'));

test('a batch is written, then dead-lettered, then committed', async () => {
  expect((await runOne()).steps).toEqual(['write', 'dead-letter', 'commit', 'observe']);
});

test('rejected and refused records both become dead letters', async () => {
  expect((await runOne()).deadLetters).toEqual([rejected, refused]);
});

test('a failed write commits nothing and sends nothing', async () => {
  const { steps, error } = await runOne({ write: failing });
  expect(steps).toEqual([]);
  expect(error).toEqual(new Error('broken'));
});

test('a dead letter that Kafka rejects leaves its batch uncommitted', async () => {
  expect((await runOne({ deadLetter: failing })).steps).toEqual(['write']);
});

test('a batch that is not admitted pauses its partition and is left unprocessed', async () => {
  expect((await runOne({ admit: () => false })).steps).toEqual(['pause']);
});
