import fc from 'fast-check';
import { expect, test } from 'vitest';
import { row } from '../../testing/batches.ts';
import { type EventRow, EventRows } from '../event-rows.ts';
import { toCopyText } from './copy-text.ts';

/** Texts with characters that array literals or COPY must escape. */
const hostile = fc.string({
  unit: fc.constantFrom('"', '\\', ',', '{', '}', '\t', '\n', '\r', '\0', '\u001f', 'N', 't', 'é', '𝄞'),
  maxLength: 20,
});

const changes = fc.array(
  fc.record({
    eventType: hostile,
    userId: fc.option(fc.oneof(hostile, fc.constantFrom('', 'NULL', '\\N', '\\.')), { freq: 3 }),
    payloadJson: hostile.filter((json) => json !== ''),
    attributesJson: fc.option(fc.constantFrom('{}', '{"a":"\\n"}', '{"a":\n1}'), { freq: 2, nil: undefined }),
  }),
  { maxLength: 20 },
);

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function fieldOf(text: string | null | undefined): string {
  return text?.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? '') ?? '\\N';
}

function lineOf(
  { eventId, eventType, eventTime, userId, payloadJson, attributesJson }: EventRow,
  wide: boolean,
) {
  const fields = [eventId, eventType, eventTime, userId, payloadJson, ...(wide ? [attributesJson] : [])];
  return `${fields.map(fieldOf).join('\t')}\n`;
}

function textOf(all: readonly EventRow[]): string {
  const rows = EventRows.of(all);
  return String(toCopyText(rows.toColumns(), rows.length));
}

test('rows of any texts and nulls are lines of escaped fields', () => {
  fc.assert(
    fc.property(changes, (random) => {
      const all = random.map((change, offset) => row(offset, change));
      const isWide = all.some(({ attributesJson }) => attributesJson !== undefined);
      expect(textOf(all)).toBe(all.map((one) => lineOf(one, isWide)).join(''));
    }),
  );
});

test('a row that consists of escapes fits', () => {
  const all = [
    row(0, { eventType: '\t', userId: '\n', payloadJson: '\\'.repeat(10_000), attributesJson: '{}' }),
  ];
  expect(textOf(all)).toBe(all.map((one) => lineOf(one, true)).join(''));
});
