import { silentLogger } from '@pipeline/runtime';
import { expect, test, vi } from 'vitest';
import { reportFailures } from './report-failures.ts';

const [success, failure] = [{ code: 0 }, { code: 1, error: new Error('connect ECONNREFUSED') }];

/** Exports once per result. Returns what was logged. */
function exportAll(results: readonly { readonly code: number; readonly error?: Error }[]) {
  const [warn, info, done] = [vi.fn(), vi.fn(), vi.fn()];
  const left = [...results];
  const exporter = reportFailures(
    { export: (_, callback) => callback(left.shift() ?? success), shutdown: async () => {} },
    'https://collector:4318/v1/traces?key=secret',
    { ...silentLogger, warn, info },
  );
  for (const _ of results) exporter.export([], done);
  expect(done.mock.calls.map(([result]) => result)).toEqual(results);
  return { warn, info };
}

test('repeated failures are one warning, without the path of the collector', () => {
  const { warn, info } = exportAll([success, failure, failure, failure]);
  expect(warn.mock.calls).toEqual([
    [{ error: 'connect ECONNREFUSED' }, 'traces cannot be sent to collector:4318; they are lost'],
  ]);
  expect(info).not.toHaveBeenCalled();
});

test('a recovery is reported, and the next failure again', () => {
  const { warn, info } = exportAll([failure, success, success, failure]);
  expect([warn.mock.calls.length, info.mock.calls.length]).toEqual([2, 1]);
});

test('a failure without a message is reported by its code', () => {
  const { warn } = exportAll([{ code: 1, error: Object.assign(new Error(''), { code: 'ETIMEDOUT' }) }]);
  expect(warn).toHaveBeenCalledWith({ error: 'ETIMEDOUT' }, expect.any(String));
});
