import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readUuid, UUID_BYTES, writeUuid } from './uuid-bytes.ts';

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
