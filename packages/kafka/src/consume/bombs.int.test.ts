import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  type EncodedBatch,
  encodeShape,
  readableShapes,
  type Shape,
  unreadableShapes,
} from '../testing/bombs.ts';
import { startFakeBroker } from '../testing/fake-broker.ts';

/** H2: batches that are small on the wire and large in memory. The consumer has 400 MB, this is its source alone. */
const MAX_BYTES = 330 << 20;

/** What a container with less memory than that would allow for objects; buffers are outside of the heap. */
const heapLimits = ['--max-old-space-size=192', '--max-semi-space-size=8'];

const program = join(import.meta.dirname, '../testing/read-bombs.ts');

interface Outcome {
  readonly error: string | null;
  readonly records: number;
  /** The next offset of each partition. */
  readonly reached: readonly number[];
  readonly peakBytes: number;
}

/** Reads partitions with a process of its own. */
async function read(partitions: readonly (readonly EncodedBatch[])[], skip = ''): Promise<Outcome> {
  await using broker = await startFakeBroker('events', partitions);
  const end = (partitions[0]?.at(-1)?.last ?? -1) + 1;
  const words = [program, broker.address, String(partitions.length), String(end), skip];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...heapLimits,
    '--conditions=source',
    ...words,
  ]);
  return JSON.parse(stdout) as Outcome;
}

const createValue = () => Buffer.from('{}');

/** The other codecs are tested with the whole consumer, in `e2e/src/bombs.long.test.ts`. */
const isFirst = ({ bomb: { codec } }: Shape) => codec === 'zstd' || codec === 'none';

describe.each(unreadableShapes.filter(isFirst))('a batch $name', (shape) => {
  test.concurrent('ends the source within its memory with its position, and can be skipped', async () => {
    const log = encodeShape(shape, createValue);
    const { claimed = shape.bomb.records } = shape.bomb;
    const stopped = await read([log]);
    expect(stopped.error).toContain(`events/0: the batch of offsets 1 to ${claimed} cannot be read`);
    expect(stopped).toMatchObject({ records: 1, reached: [1] });
    const skipped = await read([log], 'events:0:1');
    expect(skipped).toMatchObject({ error: null, records: 2, reached: [claimed + 2] });
    expect(Math.max(stopped.peakBytes, skipped.peakBytes)).toBeLessThan(MAX_BYTES);
  });
});

describe.each(readableShapes.filter(isFirst))('batches $name', { tags: 'long' }, (shape) => {
  test.concurrent('are read within the memory, in all partitions', async () => {
    const log = encodeShape(shape, createValue);
    const { error, reached, peakBytes } = await read([log, log, log]);
    expect({ error, partitions: reached.length }).toEqual({ error: null, partitions: 3 });
    expect(Math.min(...reached)).toBeGreaterThan(1);
    expect(peakBytes).toBeLessThan(MAX_BYTES);
  });
});
