import { expect, test } from 'vitest';
import { quoteLiteral, withLiterals } from './literals.ts';
import { part, text } from './part.ts';

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

test('the values of the parameters become literals', () => {
  const inner = part`where topic = ${'topic'}`;
  const whole = part`select ${'big'}, ${'small'}, ${'none'}, ${'yes'}, ${'small'} ${inner}${text(';')}`;
  const parameters = {
    big: () => 1n,
    small: () => -2,
    none: () => null,
    yes: () => true,
    topic: (subject: { readonly topic: string }) => subject.topic,
  };
  expect(withLiterals(whole, parameters, { topic: 'a.b' })).toBe(
    "select (1), (-2), (null), (true), (-2) where topic = convert_from(decode('612e62', 'hex'), 'UTF8');",
  );
});
