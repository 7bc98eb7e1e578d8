import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUuid, readUuid, UUID_BYTES, writeUuid } from './uuid-bytes.ts';

test('any UUID is written as its bytes and can be read back, without capital letters', () => {
  const uuid = fc.oneof(
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
  );
  fc.assert(
    fc.property(uuid, fc.nat(3), (id, at) => {
      const target = Buffer.alloc(at + UUID_BYTES);
      writeUuid(target, at, Buffer.from(`__${id}_`), 2);
      expect(target.subarray(at).toString('hex')).toBe(id.replaceAll('-', '').toLowerCase());
      expect(readUuid(target, at)).toBe(id.toLowerCase());
    }),
  );
});

test('a UUID has groups of digits, which may be capital letters, and nothing else', () => {
  const uuids = ['019ab3c1-0000-7000-8000-00000000000f', '019AB3C1-0000-7000-8000-00000000000F'];
  const others = [
    ...['', '019ab3c1-0000-7000-8000-00000000000', '019ab3c1-0000-7000-8000-00000000000g'],
    ...['019ab3c100007000800000000000000f', '{019ab3c1-0000-7000-8000-00000000000f}'],
    ...['x019ab3c1-0000-7000-8000-00000000000f', '019ab3c1-0000-7000-8000-00000000000f\n'],
  ];
  expect([...uuids, ...others].filter(isUuid)).toEqual(uuids);
});
