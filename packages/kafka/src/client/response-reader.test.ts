import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ResponseReader } from './response-reader.ts';

/** https://kafka.apache.org/protocol#protocol_common */
function withSize(body: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

test('responses are reassembled in order, however they are split', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 });
  fc.assert(
    fc.property(bodies, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 300 }), (all, cuts) => {
      const responses: Buffer[] = [];
      const reader = new ResponseReader((response) => responses.push(response));
      const whole = all.map(withSize);
      let rest = Buffer.concat(whole);
      for (const cut of cuts) {
        const piece = Buffer.from(rest.subarray(0, cut));
        reader.read(piece);
        // Sockets reuse their read buffer.
        piece.fill(255);
        rest = rest.subarray(cut);
      }
      expect(responses).toEqual(whole);
    }),
  );
});

test.each([
  ['a negative size', [0xff, 0xff, 0xff, 0xff]],
  ['a size over 1 GiB', [0x40, 0, 0, 1]],
  ['HTTP', [...Buffer.from('HTTP/1.1')]],
])('%s is not the Kafka protocol', (_, bytes) => {
  const reader = new ResponseReader(() => expect.unreachable());
  expect(() => reader.read(Uint8Array.from(bytes))).toThrow('this is not the Kafka protocol');
});
