import { createLocator } from '../../locate/locate.ts';
import { parseJson } from '../../parse.ts';
import { type Rejection, reject } from '../../reasons.ts';
import { isObject } from '../json-object.ts';
import type { Change } from './change.ts';
import type { RowKey } from './key.ts';

/** The state of a row that becomes the payload. */
export interface Row {
  readonly ok: true;
  /** A JSON object, verbatim. */
  readonly json: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** JSON Pointer of the row in the record's value, or of the change if the row is not in it. */
  readonly path: string;
}

/** A payload: the row with its operation. */
export interface RowPayload {
  readonly payload: unknown;
  readonly payloadJson: string;
  readonly depth: number;
}

/** The member of a payload that names the operation, as in Debezium's `ExtractNewRecordState`. */
const OPERATION = '__op';

/** The row after the change; for a delete the row before it. Without an image the key, without a key no columns. */
export function readRow({ operation, path, before, after }: Change, key: RowKey | null): Row | Rejection {
  if (after !== undefined) return parseImage(after, `${path}/after`);
  if (operation === 'd' && before !== undefined) return parseImage(before, `${path}/before`);
  if (key === null || !isObject(key.value)) return { ok: true, json: '{}', value: {}, path };
  return { ok: true, json: key.text, value: key.value, path };
}

/** MongoDB's documents are strings with their JSON. */
function parseImage(image: string, path: string): Row | Rejection {
  const json = image.startsWith('"') ? String(JSON.parse(image)) : image;
  const value = parseJson(json);
  if (!isObject(value)) return reject('not_an_event', 'must be an object', path);
  if (Object.hasOwn(value, OPERATION))
    return reject('not_an_event', 'is a column with the name of the operation', `${path}/${OPERATION}`);
  return { ok: true, json, value, path };
}

const locateRow = createLocator([[]]);

/** Appends the operation to a row and changes nothing else. */
export function withOperation({ json, value }: Row, operation: string): RowPayload {
  const columns = json.slice(0, json.lastIndexOf('}'));
  const comma = Object.keys(value).length === 0 ? '' : ',';
  return {
    payload: { ...value, [OPERATION]: operation },
    payloadJson: `${columns}${comma}"${OPERATION}":"${operation}"}`,
    depth: locateRow(json).spans[0]?.depth ?? 1,
  };
}
