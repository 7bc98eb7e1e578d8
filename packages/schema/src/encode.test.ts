import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeEvent, eventKey } from './encode.ts';
import { anyEvent } from './testing/any-event.ts';

test("the members come in the contract's order, whatever order they are given in, and no others come", () => {
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

test('the key is the user in UTF-8', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      expect(new TextDecoder().decode(eventKey(event))).toBe(event.user_id);
    }),
  );
});

test('a payload that is no JSON is refused', () => {
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
