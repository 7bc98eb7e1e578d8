import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import type { OutgoingRecord } from '@pipeline/kafka';
import { exitCode, resolveCliPath, UserError } from '@pipeline/runtime';
import { decodeEvent } from '@pipeline/schema';
import { splitLines } from './lines.ts';

/** So much of a file is read, and sent, at once. */
const READ_BYTES = 512 << 10;

/**
 * The lines of an NDJSON file as batches of records, byte for byte; `-` is stdin.
 * The key is the user of an event, and null for a line that is none. Once the signal is aborted there are no more.
 * @throws UserError when the file cannot be read
 */
export async function* readRecords(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<readonly OutgoingRecord[]> {
  const input =
    path === '-' ? process.stdin : createReadStream(resolveCliPath(path), { highWaterMark: READ_BYTES });
  try {
    for await (const lines of splitLines(addAbortSignal(signal, input))) {
      if (signal.aborted) return;
      yield lines.map((line) => ({ key: keyOf(line), value: line }));
    }
  } catch {
    if (signal.aborted) return;
    throw new UserError(`cannot read ${path}`, 'name a readable file, or - for stdin', exitCode.usage);
  }
}

function keyOf(line: Buffer): Buffer | null {
  const result = decodeEvent(line);
  return result.ok ? Buffer.from(result.event.user_id) : null;
}
