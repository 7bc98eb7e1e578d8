import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from } from 'pg-copy-streams';

const STATEMENT = 'copy raw_events (event_id, event_type, event_time, user_id, payload) from stdin';
const CHUNK_BYTES = 1 << 16;

/** Copies rows into `raw_events`, one connection per text. */
export async function copyRows(url: string, texts: readonly Buffer[]): Promise<void> {
  await Promise.all(texts.map((text) => copyText(url, text)));
}

async function copyText(url: string, text: Buffer): Promise<void> {
  const client = new Client({ connectionString: url });
  // A lost connection also rejects the pipeline below, which reports it.
  client.on('error', () => {});
  await client.connect();
  try {
    await pipeline(Readable.from(chunksOf(text)), client.query(from(STATEMENT)));
  } finally {
    await client.end();
  }
}

function* chunksOf(text: Buffer): Generator<Buffer> {
  for (let start = 0; start < text.length; start += CHUNK_BYTES)
    yield text.subarray(start, start + CHUNK_BYTES);
}
