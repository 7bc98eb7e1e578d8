import { expect, test } from 'vitest';
import { record } from '../testing/batches.ts';
import { recordTime } from './record-time.ts';

test.each([
  ['1700000000123', '1700000000123'],
  ['-1', '-1'],
  ['-210000000000000', '-210000000000000'],
  ['-210000000000001', '-210000000000000'],
  ['9200000000000000', '9200000000000000'],
  ['9223372036854775807', '9200000000000000'],
])('the timestamp %s is stored as %s', (timestamp, stored) => {
  expect(recordTime({ ...record(0), timestamp })).toBe(stored);
});
