import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Decoded } from '@pipeline/schema';
import { Client } from 'pg';
import { from } from 'pg-copy-streams';

const CONNECTIONS = 3;

/** Collects events as text for COPY, distributed over its connections. */
export function collectCopyTexts() {
  const texts = Array.from({ length: CONNECTIONS }, (): Buffer[] => []);
  let rows = 0;
  return {
    add: (decoded: Decoded) => void texts[rows++ % CONNECTIONS]?.push(Buffer.from(toCopyLine(decoded))),
    /** One text per connection. */
    end: (): readonly Buffer[] => texts.map((lines) => Buffer.concat(lines)),
  };
}

/** Formats an event as a row for COPY in its text format: https://www.postgresql.org/docs/current/sql-copy.html */
export function toCopyLine({ event, payloadJson }: Decoded): string {
  const { event_id, event_type, event_time, user_id } = event;
  return `${[event_id, event_type, event_time, user_id, payloadJson].map(escapeField).join('\t')}\n`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapeField(field: string): string {
  return field.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}

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
