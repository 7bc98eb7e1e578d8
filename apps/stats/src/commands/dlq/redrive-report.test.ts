import type { RedriveOutcome } from '@pipeline/db/dead-letters';
import { expect, test, vi } from 'vitest';
import { createRedriveReport } from './redrive-report.ts';

const letter = {
  id: 7n,
  topic: 'events',
  partition: 0,
  offset: 42n,
  reason: 'not_json',
  eventType: null,
  detail: 'is not JSON',
  sqlstate: null,
  status: 'open',
  redriveCount: 3,
  failedAt: '2026-11-24T09:30:00.000Z',
  key: null,
  value: null,
  headers: [],
} as const;
const outcomes: readonly RedriveOutcome[] = [
  { letter, problem: 'redriven 3 times already' },
  { letter: { ...letter, id: 8n, offset: 43n }, place: { partition: 1, offset: '5' } },
];

/** What a report writes to stdout. */
function outputOf(options: { readonly json?: boolean }): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const report = createRedriveReport(options, 5n);
  for (const outcome of outcomes) report.add(outcome);
  report.end();
  const output = write.mock.calls.map(([text]) => String(text)).join('');
  write.mockRestore();
  return output;
}

test('each outcome is a line', () => {
  expect(outputOf({})).toBe('7\tevents/0@42\tredriven 3 times already\n8\tevents/0@43\tredriven\n');
});

test('with --json all outcomes are one document', () => {
  const origin = { topic: 'events', partition: 0 };
  expect(JSON.parse(outputOf({ json: true }))).toEqual({
    schemaVersion: 1,
    dryRun: false,
    matching: '5',
    redriven: '1',
    failed: '1',
    results: [
      { id: '7', ...origin, offset: '42', outcome: 'failed', detail: 'redriven 3 times already' },
      { id: '8', ...origin, offset: '43', outcome: 'redriven', detail: '' },
    ],
  });
});
