import { createLocator, type Span } from '../../locate/locate.ts';
import { parseBytes } from '../../parse.ts';
import { type Rejection, reject } from '../../reasons.ts';
import { isTypeName } from '../../text-rules.ts';
import { isObject } from '../json-object.ts';
import type { CloudEvent } from './cloud-event.ts';
import { bytesData, type EventData, noData } from './data.ts';

const locate = createLocator([['data'], ['data_base64'], ['specversion'], ['type'], ['time']]);

/** Reads an event in the JSON format. */
export function readStructured(bytes: Uint8Array | null, maxBytes: number): CloudEvent | Rejection {
  const parsed = parseBytes(bytes, maxBytes);
  if (!parsed.ok) return parsed;
  const { text, value } = parsed;
  if (Array.isArray(value)) return rejectBatch();
  if (!isObject(value)) return reject('not_an_event', 'must be an object');
  const rejectAttribute = (attribute: string, problem: string) =>
    reject('not_an_event', problem, `/${attribute}`, isTypeName(value['type']) ? value['type'] : null);
  const { spans, othersJson } = locate(text);
  const data = readData(value, text, spans);
  if (data === undefined) return rejectAttribute('data_base64', 'must be a string, and not next to data');
  return {
    ok: true,
    attributes: value,
    attributesJson: othersJson,
    data,
    toDocument: () => [text, value],
    typePath: '/type',
    reject: rejectAttribute,
  };
}

/** The batched mode is not part of the Kafka protocol binding. */
export function rejectBatch(): Rejection {
  return reject('not_an_event', 'is a batch of CloudEvents: the batched mode is not supported');
}

/** Undefined if `data_base64` is no string, or next to `data`. */
function readData(
  { data: value, data_base64: base64 = null }: Readonly<Record<string, unknown>>,
  text: string,
  [data, bytes]: readonly (Span | undefined)[],
): EventData | undefined {
  if (base64 !== null) {
    if (typeof base64 !== 'string' || data !== undefined) return undefined;
    return bytesData(text.slice(bytes?.start, bytes?.end), '/data_base64');
  }
  if (data === undefined) return noData;
  return { payload: value, payloadJson: text.slice(data.start, data.end), depth: data.depth, path: '/data' };
}
