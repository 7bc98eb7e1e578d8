import type { Database } from '@pipeline/db';
import type { OutgoingRecord } from '@pipeline/kafka';
import { decodeEvent, type Reason } from '@pipeline/schema';
import { anyBytes, anyJsonText, corpus, oddEvent } from '@pipeline/schema/testing';
import fc from 'fast-check';

/** A record with its expected outcome. */
export interface Sent {
  readonly name: string;
  readonly expected: Reason | 'accepted';
  /** The exact payload text, if the record must be stored. */
  readonly payloadJson?: string | undefined;
  readonly record: OutgoingRecord;
}

/** The corpus of the schema package as records. */
export function knownInput(): readonly Sent[] {
  return corpus.map(({ name, bytes, expected, payloadJson }) => ({
    name,
    expected,
    payloadJson,
    record: toRecord(name, bytes),
  }));
}

/** Keys are null or binary; headers are text, binary and null. The header `case` identifies the record. */
function toRecord(name: string, bytes: Uint8Array | null): OutgoingRecord {
  const key = name.length % 3 === 0 ? null : Buffer.from([0, 255, name.length]);
  const headers = { case: name, bytes: Buffer.from([0, 255]), constructor: 'x', none: null };
  return { key, value: bytes === null ? null : Buffer.from(bytes), headers };
}

interface Input {
  readonly value: Buffer;
  /** The exact payload text, if the value is an event. */
  readonly payloadJson?: string;
}

const anyInput: fc.Arbitrary<Input> = fc.oneof(
  anyBytes.map((bytes) => ({ value: Buffer.from(bytes) })),
  anyJsonText.map((text) => ({ value: Buffer.from(text) })),
  oddEvent.map(({ text, payloadJson }) => ({ value: Buffer.from(text), payloadJson })),
);

/** Generates random bytes, JSON and events; Postgres decides which payloads fit jsonb. */
export async function generateInput(
  database: Database,
  seed: number,
  count: number,
): Promise<readonly Sent[]> {
  const inputs = fc.sample(anyInput, { seed, numRuns: count });
  const storable = await findStorable(
    database,
    inputs.map(({ payloadJson }) => payloadJson ?? 'null'),
  );
  return inputs.map((input, index) => {
    const name = `generated ${index}`;
    return {
      ...input,
      name,
      expected: expectedOf(input, storable[index] ?? false),
      record: toRecord(name, input.value),
    };
  });
}

function expectedOf({ value, payloadJson }: Input, isStorable: boolean): Sent['expected'] {
  if (payloadJson !== undefined) return isStorable ? 'accepted' : 'refused_by_database';
  const result = decodeEvent(value);
  return result.ok ? 'accepted' : result.reason;
}

/** `pg_input_is_valid` of Postgres 16, for older versions. */
const isStorable = `create or replace function is_storable(document text) returns boolean
  language plpgsql as $$
  begin
    perform document::jsonb;
    return true;
  exception when others then
    return false;
  end $$`;

async function findStorable(database: Database, texts: readonly string[]): Promise<readonly boolean[]> {
  await database.run((sql) => sql.unsafe(isStorable));
  const rows = await database.run(
    (sql) => sql<{ storable: boolean }[]>`
      select is_storable(text) as storable
      from json_array_elements_text(${JSON.stringify(texts)}::text::json) with ordinality as texts (text, at)
      order by at`,
  );
  return rows.map(({ storable }) => storable);
}
