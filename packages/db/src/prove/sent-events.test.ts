import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptOrdinary, ordinaryRow, toRecord } from '../testing/accepted-rows.ts';
import { plainArray, textArray } from '../write/columns/array-literal.ts';
import { type SentEvent, SentEvents } from './sent-events.ts';

/** Texts that an array literal must escape. */
const hostile = fc.string({ unit: fc.constantFrom('"', '\\', ',', '{', '}', ' ', 'é', '𝄞'), maxLength: 20 });

const sent: fc.Arbitrary<SentEvent> = ordinaryRow.map(({ attributesJson = null, ...one }) => ({
  ...one,
  attributesJson,
}));
const odd = fc.record({ userId: fc.option(hostile), eventType: hostile, payloadJson: fc.json() });

/** The texts, where a value in quotes that needs none is without them. */
function textsOf(events: SentEvents): readonly unknown[] {
  const { ids, types, times, users, payloads, attributes } = events.toTexts();
  const plain = [ids, times].map((text) => String(text).replaceAll('"', ''));
  return [...plain, ...[types, users, payloads, attributes].map((text) => text && String(text))];
}

test('columns are array literals, and JSON texts with a separator', () => {
  const one = fc.tuple(sent, odd).map(([event, change]) => ({ ...event, ...change }));
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 20 }), (all) => {
      const attributes = all.map(({ attributesJson }) => attributesJson ?? 'null').join('\u001e');
      expect(textsOf(SentEvents.of(all))).toEqual([
        plainArray(all.map(({ eventId }) => eventId)),
        plainArray(all.map(({ eventTime }) => eventTime)),
        textArray(all.map(({ eventType }) => eventType)),
        textArray(all.map(({ userId }) => userId)),
        all.map(({ payloadJson }) => payloadJson).join('\u001e'),
        all.some(({ attributesJson }) => attributesJson !== null) ? attributes : undefined,
      ]);
    }),
  );
});

test('an accepted event becomes the values that its texts become, whole or sliced', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(sent, fc.boolean()), { minLength: 1, maxLength: 40 }),
      fc.nat(),
      (all, at) => {
        const [events, mixed] = [all.map(([one]) => one), new SentEvents()];
        for (const [one, isAccepted] of all) {
          const attributesJson = one.attributesJson ?? undefined;
          const event = isAccepted ? acceptOrdinary(toRecord({ ...one, attributesJson })) : undefined;
          expect(event !== undefined).toBe(isAccepted);
          if (event === undefined) mixed.push(one);
          else mixed.pushAccepted(event);
        }
        const from = at % all.length;
        const half = (all.length - from) >> 1;
        const last = mixed.slice(from, all.length).slice(half, all.length - from);
        expect([textsOf(mixed), mixed.length]).toEqual([textsOf(SentEvents.of(events)), all.length]);
        const expected = textsOf(SentEvents.of(events.slice(from + half)));
        expect([textsOf(last).slice(0, 5), last.length]).toEqual([
          expected.slice(0, 5),
          all.length - from - half,
        ]);
      },
    ),
  );
});
