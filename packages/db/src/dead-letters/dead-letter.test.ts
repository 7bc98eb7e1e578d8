import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headersFromJson, headersToJson, type SourceHeader } from './dead-letter.ts';

const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
const value = fc.option(bytes);
const plainName = fc.string({ unit: 'grapheme', minLength: 1 });
/** Few different names, so that some repeat. */
const commonName = fc.constantFrom('a', 'b', 'trace', '7', '__proto__', 'dlq.header_order');
const binaryName = fc.constantFrom('ff', 'fe', '61ff').map((hex) => Buffer.from(hex, 'hex'));
const name = fc.oneof(
  commonName,
  plainName,
  plainName.map((text) => `base64:${text}`),
  plainName.map((text) => `${text}\0`),
  binaryName,
);
const headers: fc.Arbitrary<readonly SourceHeader[]> = fc.array(fc.tuple(name, value), { maxLength: 6 });

/** The order in which jsonb returns the members of an object: by the length of their names, then by bytes. */
function throughJsonb(json: string): Record<string, unknown> {
  const members = Object.entries(JSON.parse(json) as Record<string, unknown>);
  members.sort(([a], [b]) => {
    const [left, right] = [Buffer.from(a), Buffer.from(b)];
    return left.length - right.length || Buffer.compare(left, right);
  });
  return Object.fromEntries(members);
}

// L2
test('headers survive a round trip through jsonb byte for byte, in their order', () => {
  fc.assert(
    fc.property(headers, (original) => {
      expect(headersFromJson(throughJsonb(headersToJson(original)))).toEqual(original);
    }),
  );
});

test('headers are stored by name, and their order only if jsonb would change it', () => {
  const trace = ['trace', Buffer.from('1')] as const;
  const id = ['id', Buffer.from([0xff])] as const;
  expect(JSON.parse(headersToJson([id, trace]))).toEqual({ id: { base64: '/w==' }, trace: '1' });
  expect(JSON.parse(headersToJson([trace, id, trace]))).toEqual({
    id: { base64: '/w==' },
    trace: ['1', '1'],
    'dlq.header_order': ['trace', 'id', 'trace'],
  });
});

test('a record may have no headers', () => {
  expect([headersToJson(), headersToJson([])]).toEqual(['{}', '{}']);
  expect(headersFromJson({})).toEqual([]);
});

test('a name is stored in base64 only if jsonb cannot hold it, or it has a meaning', () => {
  const stored = (name: string | Buffer) => Object.keys(JSON.parse(headersToJson([[name, 'a']])));
  expect(['a', 'xbase64:', 'BASE64:'].map(stored)).toEqual([['a'], ['xbase64:'], ['BASE64:']]);
  expect(['base64:a', 'a\0', Buffer.of(0xff)].map(stored)).toEqual([
    ['base64:YmFzZTY0OmE='],
    ['base64:YQA='],
    ['base64:/w=='],
  ]);
});

test('a value is stored in base64 only if jsonb cannot hold its text', () => {
  const stored = (value: Buffer | string | null) => JSON.parse(headersToJson([['a', value]])).a;
  expect(['b', '', 'é', null].map(stored)).toEqual(['b', '', 'é', null]);
  expect(['\0', Buffer.of(0xff)].map(stored)).toEqual([{ base64: 'AA==' }, { base64: '/w==' }]);
});

test('stored values of other forms are read as null', () => {
  expect(headersFromJson({ a: { b: 1 }, b: 7, c: null })).toEqual([
    ['a', null],
    ['b', null],
    ['c', null],
  ]);
});
