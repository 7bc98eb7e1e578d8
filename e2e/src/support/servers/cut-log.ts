import { readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/** What a power failure leaves of a log. */
export interface LogCut {
  /** Number of batches that are lost; at most all of the last segment. */
  readonly lostBatches: number;
  /** Whether half of the first lost batch remains. */
  readonly isTorn?: boolean;
  /** Whether the broker still has its list of leader epochs. */
  readonly keepsEpochs?: boolean;
}

/**
 * Cuts the tail off a partition's log, as if it had not been written to the disk before a power failure. The
 * broker must be stopped; its next start recovers the log.
 * @param folder of the broker
 * @returns the offset at which the log now ends
 */
export async function cutLog(
  folder: string,
  topic: string,
  partition: number,
  { lostBatches, isTorn = false, keepsEpochs = false }: LogCut,
): Promise<bigint> {
  const data = join(folder, 'data');
  const logFolder = join(data, `${topic}-${partition}`);
  const files = await readdir(logFolder);
  const segment =
    files
      .filter((file) => file.endsWith('.log'))
      .sort()
      .at(-1) ?? '';
  const batches = parseBatches(await readFile(join(logFolder, segment)));
  const lost = batches[Math.max(0, batches.length - lostBatches)];
  if (lost === undefined) throw new Error(`${segment} has no batches`);
  await truncate(join(logFolder, segment), lost.position + (isTorn ? Math.floor(lost.size / 2) : 0));
  const derived = files.filter((file) => /index$|\.snapshot$/.test(file));
  const checkpoints = ['recovery-point-offset-checkpoint', '.kafka_cleanshutdown'];
  const paths = [
    ...derived.map((file) => join(logFolder, file)),
    ...checkpoints.map((file) => join(data, file)),
    ...(keepsEpochs ? [] : [join(logFolder, 'leader-epoch-checkpoint')]),
  ];
  await Promise.all(paths.map((path) => rm(path, { force: true })));
  return lost.offset;
}

/** The batches of a segment: each begins with its first offset and the size of the rest. */
function parseBatches(bytes: Buffer) {
  const batches: { readonly position: number; readonly size: number; readonly offset: bigint }[] = [];
  for (let position = 0; position + 12 <= bytes.length; ) {
    const size = 12 + bytes.readInt32BE(position + 8);
    if (size === 12) break; // preallocated
    batches.push({ position, size, offset: bytes.readBigInt64BE(position) });
    position += size;
  }
  return batches;
}
