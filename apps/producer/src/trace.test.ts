import type { OutgoingRecord } from '@pipeline/kafka';
import { expect, test, vi } from 'vitest';
import { traceSend } from './trace.ts';

const record: OutgoingRecord = { key: null, value: Buffer.from('{}') };

function fakeTraces() {
  const end = vi.fn();
  const start = vi.fn(() => ({ traceparent: '00-a-b-01', set: () => {}, end }));
  return { traces: { start, [Symbol.asyncDispose]: async () => {} }, start, end };
}

test('records name the span of their batch, which ends when they are sent', async () => {
  const { traces, start, end } = fakeTraces();
  const sent: (readonly OutgoingRecord[])[] = [];
  const own: OutgoingRecord = { ...record, headers: [['ce_id', '7']] };
  await traceSend(async (records) => void sent.push(records), traces, 'events')([record, own]);
  const traceparent = ['traceparent', '00-a-b-01'];
  expect(sent).toEqual([
    [
      { ...record, headers: [traceparent] },
      { ...own, headers: [['ce_id', '7'], traceparent] },
    ],
  ]);
  expect(start).toHaveBeenCalledWith('PRODUCER', 'send events', {
    attributes: expect.objectContaining({ 'messaging.batch.message_count': 2 }),
  });
  expect(end.mock.calls).toEqual([[]]);
});

test('a batch that cannot be sent ends its span with the error', async () => {
  const { traces, end } = fakeTraces();
  const error = new Error('refused');
  await expect(traceSend(() => Promise.reject(error), traces, 'events')([record])).rejects.toBe(error);
  expect(end.mock.calls).toEqual([[{ error }]]);
});
