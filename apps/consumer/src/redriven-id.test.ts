import { toRedrivenRecord } from '@pipeline/kafka';
import { createDecoder, defineEvents, fields } from '@pipeline/schema';
import { expect, test } from 'vitest';

const decode = createDecoder(
  defineEvents({ envelope: fields({ type: '/t' }), types: [], unknownTypes: 'store' }),
);

test('a redriven record has the derived id and the time of the original', () => {
  const value = Buffer.from('{"t":"a"}');
  const first = { topic: 'orders', partition: 2, offset: '41', timestamp: '1795512612345' };
  const original = decode({ value, offset: first.offset, timestamp: first.timestamp }, first);
  const once = toRedrivenRecord({ key: null, value }, first, 1);
  const again = { ...first, partition: 0, offset: '99', timestamp: '1795512699999' };
  const twice = toRedrivenRecord(once, again, 2);
  for (const { headers } of [once, twice]) {
    const record = { value, headers, offset: again.offset, timestamp: again.timestamp };
    expect(decode(record, again)).toEqual(original);
  }
  expect(original).toMatchObject({ ok: true, event: { event_time: '2026-11-24T09:30:12.345Z' } });
});
