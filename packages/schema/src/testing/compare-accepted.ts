import { createReader } from '../accept/accept.ts';
import type { AcceptedEvent } from '../accept/accepted-event.ts';
import type { ReadEvent } from '../accept/event-reader.ts';
import { createDecoder, type Decode, type Decoded } from '../decode.ts';
import type { EventDefinition } from '../definition/definition.ts';
import type { AnyEvent, DecodeLimits } from '../envelopes/envelope.ts';

/** What a table stores of an event; the attributes are last. */
export type Columns = readonly (string | null | undefined)[];

/** Texts of the bytes that an accepted event consists of. */
export function toColumns(event: AcceptedEvent): Columns {
  const { bytes, type, idStart, timeStart, timeEnd, userStart, userEnd, payloadStart, payloadEnd } = event;
  const text = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString();
  const { others } = event;
  const members = others.flatMap((start, index) =>
    index % 2 === 0 ? [text(start, others[index + 1] ?? 0)] : [],
  );
  return [
    text(idStart, idStart + 36),
    type.name,
    text(timeStart, timeEnd),
    userStart < 0 ? null : text(userStart, userEnd),
    text(payloadStart, payloadEnd),
    others.length === 0 ? undefined : `{${members.join(',')}}`,
  ];
}

/** What comparing records has found. */
export interface Comparison {
  /** Share of the records that were accepted. */
  readonly share: number;
  /** Records that the decoder rejects, or of which it stores something else: their first bytes. */
  readonly differing: readonly string[];
}

/** Compares what is accepted with what the decoder makes of the same records. */
export function compareAccepted(
  definition: EventDefinition,
  records: Iterable<Uint8Array>,
  limits: DecodeLimits = {},
): Comparison {
  const read = createReader(definition, limits);
  const decode: Decode = createDecoder(definition);
  const differing: string[] = [];
  let [count, accepted] = [0, 0];
  for (const value of records) {
    count++;
    const columns = read && readColumns(read, value);
    const isSame = read === undefined || readAmongOthers(read, value) === columns;
    if (!isSame) differing.push(toText(value));
    if (columns === undefined) continue;
    accepted++;
    const decoded = decode({ value }, undefined, limits);
    if (columns !== JSON.stringify(decoded.ok ? columnsOf(decoded) : decoded)) differing.push(toText(value));
  }
  return { share: accepted / count, differing };
}

function readColumns(read: ReadEvent, bytes: Uint8Array, start = 0, end = bytes.length): string | undefined {
  const event = read(bytes, start, end);
  return event && JSON.stringify(toColumns(event));
}

/** What is accepted if the value has its end before it, and its start after it. */
function readAmongOthers(read: ReadEvent, value: Uint8Array): string | undefined {
  const before = value.subarray(-20);
  const all = Buffer.concat([before, value, value.subarray(0, 20)]);
  return readColumns(read, all, before.length, before.length + value.length);
}

function toText(value: Uint8Array): string {
  return Buffer.from(value).toString('latin1').slice(0, 500);
}

function columnsOf({ event, payloadJson, attributesJson }: Decoded<AnyEvent>) {
  const { event_id, event_type, event_time, user_id } = event;
  return [event_id, event_type, event_time, user_id, payloadJson, attributesJson];
}
