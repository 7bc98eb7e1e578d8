import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import type { OutgoingRecord } from '@pipeline/kafka';
import { exitCode, Failure } from '@pipeline/runtime';
import { decodeEvent } from '@pipeline/schema';
import { splitLines } from './lines.ts';
import { BATCH } from './pace.ts';

/**
 * The lines of an NDJSON file as batches of records, byte for byte; `-` is stdin.
 * The key is the user of an event, and null for a line that is none.
 * @throws Failure when the file cannot be read
 */
export async function* readRecords(path: string): AsyncGenerator<readonly OutgoingRecord[]> {
  let batch: OutgoingRecord[] = [];
  for await (const line of splitLines(await openInput(path))) {
    batch.push({ key: keyOf(line), value: line });
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

async function openInput(path: string): Promise<AsyncIterable<Buffer>> {
  if (path === '-') return process.stdin;
  try {
    await access(path);
  } catch {
    throw new Failure(`cannot read ${path}`, 'name a readable file, or - for stdin', exitCode.usage);
  }
  return createReadStream(path);
}

function keyOf(line: Buffer): Buffer | null {
  const result = decodeEvent(line);
  return result.ok ? Buffer.from(result.event.user_id) : null;
}
