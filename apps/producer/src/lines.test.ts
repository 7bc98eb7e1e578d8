import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitFilledLines } from './lines.ts';

async function linesOf(chunks: readonly Buffer[]): Promise<string[]> {
  const lines = await Array.fromAsync(splitFilledLines(inTurn(chunks)));
  return lines.flat().map((line) => line.toString('latin1'));
}

async function* inTurn(chunks: readonly Buffer[]) {
  yield* chunks;
}

const line = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((bytes) => bytes.map((byte) => (byte === 10 || byte === 13 ? 32 : byte)));

test('lines are split byte for byte, for any chunks and line ends', async () => {
  const ends = fc.constantFrom('\n', '\r\n', '\n\n');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(line, ends)),
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
      async (all, size, cut) => {
        const bytes = Buffer.concat(
          all.flatMap(([content, end]) => [Buffer.from(content), Buffer.from(end)]),
        );
        const whole = cut
          ? bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 10 && byte !== 13) + 1)
          : bytes;
        const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
          whole.subarray(index * size, (index + 1) * size),
        );
        expect(await linesOf(chunks)).toEqual(
          all.map(([content]) => Buffer.from(content).toString('latin1')),
        );
      },
    ),
  );
});

test('a line of a megabyte stays one line', async () => {
  const long = Buffer.alloc(1_000_000, 'x');
  expect(
    (await linesOf([long.subarray(0, 65_536), long.subarray(65_536), Buffer.from('\n')]))[0],
  ).toHaveLength(1_000_000);
});

test('a complete line is not delayed by an incomplete one', async () => {
  const parts = await Array.fromAsync(
    splitFilledLines(inTurn(['one\ntwo\nth', 'ree\n', 'four'].map((text) => Buffer.from(text)))),
  );
  expect(parts.map((lines) => lines.map(String))).toEqual([['one', 'two'], ['three'], ['four']]);
});
