import { expect, test } from 'vitest';
import { createDecoder } from '../decode.ts';
import { deriveRollups } from '../rollups/derive-rollups.ts';
import { toBytes, writeEvent } from '../testing/event-text.ts';
import { shopEvents } from './shop-events.ts';

test('the built-in definition rejects unknown types and invalid payloads', () => {
  const decode = createDecoder(shopEvents);
  const reasonOf = (event_type: string, payload: string) => {
    const result = decode({ value: toBytes(writeEvent({ event_type, payload })) });
    return result.ok ? undefined : result.reason;
  };
  expect(reasonOf('"search"', '{"query":"x"}')).toBeUndefined();
  expect(reasonOf('"search"', '{}')).toBe('invalid_payload');
  expect(reasonOf('"refund"', '{}')).toBe('unknown_event_type');
});

test('the built-in definition sums up the revenue by currency and hour', () => {
  expect(deriveRollups(shopEvents)).toMatchObject([
    {
      ...{ eventType: 'purchase', name: 'revenue', aggregate: 'sum', member: ['amount'], bucketMinutes: 60 },
      dimensions: [{ name: 'currency', path: ['currency'] }],
    },
  ]);
});
