import { expect, test } from 'vitest';
import type { Sql } from '../client/connect.ts';
import { part, text } from './part.ts';
import { execute, prepare } from './prepared.ts';

/** A driver that returns what it is called with. */
const driver = {
  typed: (bytes: unknown, type: number) => ({ bytes, type }),
  unsafe: (...args: readonly unknown[]) => args,
} as unknown as Sql;

test('a parameter that occurs several times is sent once, and parts may be nested', () => {
  const inner = part`(${'b'}, ${'a'})`;
  const statement = prepare(part`select ${'a'} in ${inner}${text(' -- $1')}, ${'c'}${inner}`, {
    a: (subject: { readonly a: number }) => subject.a,
    b: () => null,
    c: () => Buffer.from('{x}'),
  });
  expect(execute(driver, statement, { a: 1 })).toEqual([
    'select $1 in ($2, $1) -- $1, $3($2, $1)',
    [1, null, { bytes: Buffer.from('{x}'), type: 0 }],
    { prepare: true },
  ]);
});
