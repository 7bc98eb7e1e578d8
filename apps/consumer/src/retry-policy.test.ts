import { kafkaErrors } from '@pipeline/kafka';
import { UserError } from '@pipeline/runtime';
import { afterEach, expect, test, vi } from 'vitest';
import { FailingWrites } from './failing-writes.ts';
import type { Health } from './health.ts';
import { createRetryPolicy, explainDatabase } from './retry-policy.ts';

afterEach(() => void vi.restoreAllMocks());

const transient = Object.assign(new Error('shutting down'), { code: '57P01' });
const permanent = Object.assign(new Error('no such table'), { code: '42P01' });
const denied = Object.assign(new Error('denied'), { type: 'TOPIC_AUTHORIZATION_FAILED' });

/** A policy, and what it reports to the health. */
function createPolicy(signal = new AbortController().signal) {
  const reports: string[] = [];
  const health: Partial<Health> = {
    retrying: (system) => () => void reports.push(`waiting for ${system}`),
    progressed: () => void reports.push('progress'),
    failingWrites: new FailingWrites(),
  };
  const places = { kafka: 'kafka:9092', postgres: 'db:5432' };
  return { reports, health, ...createRetryPolicy(places, health as Health, signal) };
}

/** An operation that fails with some errors, and then succeeds. */
function failingWith(...errors: readonly Error[]) {
  const left = [...errors];
  return async () => {
    const error = left.shift();
    if (error !== undefined) throw error;
    return 'done';
  };
}

test('an operation on Kafka is retried while its errors are transient', async () => {
  const isTransient = vi.spyOn(kafkaErrors, 'isTransientError').mockReturnValue(true);
  const { reachKafka, reports } = createPolicy();
  expect(await reachKafka(failingWith(new Error('away')))).toBe('done');
  expect([reports, isTransient.mock.calls.length]).toEqual([['waiting for Kafka at kafka:9092'], 1]);
});

test('a permanent error of Kafka becomes a UserError', async () => {
  const { reachKafka, reports } = createPolicy();
  const error = await reachKafka(failingWith(denied)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect([error, reports]).toMatchObject([{ message: 'Kafka: denied' }, []]);
});

test('a statement is retried while its errors are transient, as a failing write', async () => {
  const { persist, reports, health } = createPolicy();
  const begin = vi.spyOn(health.failingWrites ?? new FailingWrites(), 'begin');
  expect(await persist(failingWith(transient, transient))).toBe('done');
  expect(reports).toEqual([
    ...['waiting for Postgres at db:5432', 'waiting for Postgres at db:5432'],
    'progress',
  ]);
  expect([begin.mock.calls.length, health.failingWrites?.longestMs]).toEqual([1, 0]);
});

test('a permanent error of a statement is thrown as it is', async () => {
  const { persist, reports } = createPolicy();
  await expect(persist(failingWith(permanent))).rejects.toBe(permanent);
  expect(reports).toEqual(['progress']);
});

test('nothing is retried after the signal', async () => {
  vi.spyOn(kafkaErrors, 'isTransientError').mockReturnValue(true);
  const { reachKafka, persist, reports } = createPolicy(AbortSignal.abort(new Error('stopped')));
  await expect(reachKafka(failingWith(denied))).rejects.toThrow('stopped');
  await expect(persist(failingWith(transient))).rejects.toThrow('stopped');
  expect(reports).toEqual(['progress']);
});

test('a retry of kafkajs is reported like one of the policy', () => {
  const { onKafkaRetry, reports } = createPolicy();
  onKafkaRetry(denied);
  expect(reports).toEqual(['waiting for Kafka at kafka:9092']);
});

test('outside of batches a permanent error of Postgres becomes a UserError', async () => {
  expect(await explainDatabase(Promise.resolve(7))).toBe(7);
  const error = await explainDatabase(Promise.reject(permanent)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ message: 'Postgres: no such table (42P01)' });
});
