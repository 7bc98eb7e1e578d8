import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeEvent, encodeNative, eventKey } from './encode.ts';
import { anyEvent } from './testing/any-event.ts';

test("the envelope's members are written in the contract's order, and no others", () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const turned = Object.fromEntries([['more', 1], ...Object.entries(event).reverse()]) as typeof event;
      const text = new TextDecoder().decode(encodeEvent(turned));
      expect(Object.keys(JSON.parse(text))).toEqual([
        'event_id',
        'event_type',
        'event_time',
        'user_id',
        'payload',
      ]);
      expect(text).toBe(JSON.stringify(event));
    }),
  );
});

test('a native record may be given other members, which follow', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const other = { more: 1, ...event };
      const text = new TextDecoder().decode(encodeNative(other));
      expect(text).toBe(JSON.stringify({ ...event, more: 1 }));
    }),
  );
});

test('the key is the user_id in UTF-8', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      expect(new TextDecoder().decode(eventKey(event))).toBe(event.user_id);
    }),
  );
});

test('a payload that cannot be serialized as JSON throws', () => {
  const circle: Record<string, unknown> = { path: '/' };
  circle['self'] = circle;
  const event = {
    event_id: '',
    event_type: 'page_view',
    event_time: '',
    user_id: '',
    payload: { path: '/', circle },
  } as const;
  expect(() => encodeEvent(event)).toThrow(TypeError);
});
