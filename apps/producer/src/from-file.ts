import { open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import type { OutgoingRecord } from '@pipeline/kafka';
import { exitCode, resolveCliPath, UserError } from '@pipeline/runtime';
import type { Decode } from '@pipeline/schema';
import { splitFilledLines } from './lines.ts';

/** Size of a read; each read makes one batch. */
const READ_BYTES = 512 << 10;

/**
 * Opens an NDJSON file, or stdin for `-`.
 * @throws UserError if the file cannot be read
 */
export async function openInput(path: string): Promise<Readable> {
  if (path === '-') return process.stdin;
  try {
    const file = await open(resolveCliPath(path));
    if (!(await file.stat()).isDirectory()) return file.createReadStream({ highWaterMark: READ_BYTES });
    await file.close();
  } catch {
    // Reported below.
  }
  throw unreadable(path);
}

/**
 * The lines of a file as batches of records, byte for byte, until the signal is aborted.
 * The key is the event's user, or null for a line that is not a valid event.
 * @param path of the input, for the error message
 * @param decode of the definition's events
 * @throws UserError if the input cannot be read to its end
 */
export async function* readRecords(
  input: Readable,
  path: string,
  signal: AbortSignal,
  decode: Decode,
): AsyncGenerator<readonly OutgoingRecord[]> {
  try {
    for await (const lines of splitFilledLines(addAbortSignal(signal, input))) {
      if (signal.aborted) return;
      yield lines.map((line) => ({ key: keyOf(line, decode), value: line }));
    }
  } catch {
    if (signal.aborted) return;
    throw unreadable(path);
  }
}

/** The error for an input that cannot be read. */
export function unreadable(path: string): UserError {
  return new UserError(`cannot read ${path}`, 'name a readable file, or - for stdin', exitCode.usage);
}

/** The record's position and timestamp are not known yet, and have no influence on its user. */
function keyOf(value: Buffer, decode: Decode): Buffer | null {
  const result = decode({ value, offset: '0', timestamp: '0' });
  return result.ok && result.event.user_id !== null ? Buffer.from(result.event.user_id) : null;
}
