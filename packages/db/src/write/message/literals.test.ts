import { expect, test } from 'vitest';
import { literals, quoteLiteral } from './literals.ts';

test('a text of harmless characters is quoted as it is', () => {
  for (const text of ['', 'page_view', '{"a":[1,"b"]}', '2026-11-24T09:30:12+05:30', 'aGk+/w=='])
    expect(quoteLiteral(text)).toBe(`'${text}'`);
});

test('a text with any other character is sent as the hexadecimal form of its bytes', () => {
  const others = ["'", '\\', '.', '\n', '\0', '$', 'é', '𝄞', 'a\n', "x'; drop table raw_events; --"];
  for (const text of others) {
    const [, hex = ''] =
      /^convert_from\(decode\('([0-9a-f]+)', 'hex'\), 'UTF8'\)$/.exec(quoteLiteral(text)) ?? [];
    expect(Buffer.from(hex, 'hex').toString()).toBe(text);
  }
});

test('values become literals, and parts are inserted as they are', () => {
  const part = literals`where topic = ${'a.b'}`;
  const { text } = literals`select ${1n}, ${-2}, ${null}, ${true}, ${'x'} ${part}${literals.unsafe(';')}`;
  expect(text).toBe(
    "select (1), (-2), (null), (true), 'x' where topic = convert_from(decode('612e62', 'hex'), 'UTF8');",
  );
});
