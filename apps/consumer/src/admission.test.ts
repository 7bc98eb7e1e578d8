import { type Batch, EventRows } from '@pipeline/db';
import { UserError } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { createAdmission } from './admission.ts';
import type { Health } from './health.ts';

const record = { offset: '7', timestamp: '0', key: null, value: null };
const deadLetter = { record, reason: 'empty', eventType: null, detail: '', sqlstate: null, redriveCount: 0 };
const bad: Batch = {
  topic: 'events',
  partition: 2,
  nextOffset: 8n,
  rows: new EventRows(),
  deadLetters: Array(10).fill(deadLetter),
};

function watchHealth() {
  const pauses: string[] = [];
  const health: Pick<Health, 'paused'> = {
    paused: (partition, reason) => pauses.push(`${partition}: ${reason}`),
  };
  return { health, pauses };
}

test('above the limit a partition is paused, with the share and the remedy', () => {
  const { health, pauses } = watchHealth();
  const { admit } = createAdmission({ ratio: 0.5, window: 20 }, health, false);
  expect([admit(bad), admit(bad)]).toEqual([true, false]);
  expect(pauses).toEqual([expect.stringMatching(/^events\/2: 100 % .*DLQ_LIMIT_RATIO/)]);
});

test('with --once, exceeding the limit is an error', () => {
  const { admit } = createAdmission({ ratio: 0.5, window: 10 }, watchHealth().health, true);
  expect(() => admit(bad)).toThrow(UserError);
  expect(() => admit(bad)).toThrow('events/2: 100 % of its recent records are dead letters');
});

test('rows that Postgres refused count, and the share is in percent', () => {
  const { health, pauses } = watchHealth();
  const { admit, addRefused } = createAdmission({ ratio: 0.5, window: 20 }, health, false);
  const row = {
    eventId: '019ab3c1-0000-7000-8000-000000000000',
    eventType: 'page_view',
    eventTime: '2026-11-24T09:30:12Z',
    userId: 'user-1',
    payloadJson: '{}',
    record,
  };
  const half = { ...bad, rows: EventRows.of(Array(10).fill(row)) };
  expect(admit(half)).toBe(true);
  addRefused(half, 2);
  expect(admit(half)).toBe(false);
  expect(pauses).toEqual([expect.stringContaining('events/2: 60 % ')]);
});
