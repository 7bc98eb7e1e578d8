import { createLocator } from '../../locate/locate.ts';
import { parseBytes, rejectSize, textOf } from '../../parse.ts';
import { type Rejection, reject } from '../../reasons.ts';
import { isTypeName } from '../../text-rules.ts';
import type { SourceHeaders, SourceRecord } from '../envelope.ts';
import type { CloudEvent } from './cloud-event.ts';
import { bytesData, dataKindOf, type EventData, noData, toBase64 } from './data.ts';

/** The prefix of the headers with context attributes. */
export const ATTRIBUTE_PREFIX = 'ce_';

/**
 * Reads an event whose attributes are headers and whose value is the data. The Kafka binding writes attributes
 * as plain UTF-8; it has no percent-encoding.
 */
export function readBinary(
  { value, headers = [] }: SourceRecord,
  contentType: string | undefined,
  maxBytes: number,
): CloudEvent | Rejection {
  const found = readAttributes(headers);
  if (found === undefined) return reject('not_an_event', `a header ${ATTRIBUTE_PREFIX}* is not UTF-8`);
  const attributes = contentType === undefined ? found : { ...found, datacontenttype: contentType };
  const data = readData(value, contentType, maxBytes);
  if ('ok' in data) return data;
  const { specversion, type, time, ...kept } = attributes;
  return {
    ok: true,
    attributes,
    attributesJson: JSON.stringify(kept),
    data,
    // Attributes are strings, which are read from the value.
    toDocument: () => [`{"data":${data.payloadJson}}`, { ...attributes, data: data.payload }],
    typePath: '',
    reject: (name, problem) =>
      reject(
        'not_an_event',
        `header ${ATTRIBUTE_PREFIX}${name} ${problem}`,
        '',
        isTypeName(type) ? type : null,
      ),
  };
}

/** The attributes in the headers, the last of repeated ones; undefined if one is not UTF-8. */
function readAttributes(headers: SourceHeaders): Readonly<Record<string, string>> | undefined {
  const attributes = new Map<string, string>();
  for (const [name, value] of headers) {
    if (typeof name !== 'string' || !name.startsWith(ATTRIBUTE_PREFIX) || value === null) continue;
    const text = typeof value === 'string' ? value : textOf(value);
    if (text === undefined) return undefined;
    attributes.set(name.slice(ATTRIBUTE_PREFIX.length), text);
  }
  return Object.fromEntries(attributes);
}

/**
 * A null value is no data, and so is an empty one unless it is announced as text or bytes. Without a content
 * type, what is JSON is read as JSON, as most producers mean it, and the rest is bytes.
 */
function readData(
  value: Uint8Array | null,
  contentType: string | undefined,
  maxBytes: number,
): EventData | Rejection {
  const kind = dataKindOf(contentType);
  if (value === null || (value.length === 0 && kind === 'json')) return noData;
  if (value.length > maxBytes) return rejectSize(value, maxBytes);
  const json = kind === 'json' ? readJson(value, maxBytes) : undefined;
  if (json !== undefined && ('payload' in json || contentType !== undefined)) return json;
  if (kind !== 'text') return bytesData(`"${toBase64(value)}"`, '');
  const text = textOf(value);
  if (text === undefined) return reject('not_utf8', 'is not UTF-8');
  return { payload: text, payloadJson: JSON.stringify(text), depth: 0, path: '' };
}

const locateValue = createLocator([[]]);

/** JSON without the white space around it. */
function readJson(bytes: Uint8Array, maxBytes: number): EventData | Rejection {
  const parsed = parseBytes(bytes, maxBytes);
  if (!parsed.ok) return parsed;
  const { text, value } = parsed;
  const { start = 0, end = text.length, depth = 0 } = locateValue(text).spans[0] ?? {};
  return { payload: value, payloadJson: text.slice(start, end), depth, path: '' };
}
