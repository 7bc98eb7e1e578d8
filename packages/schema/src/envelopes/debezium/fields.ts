import { type Rejection, reject } from '../../reasons.ts';
import { isTypeName, typeNameRule } from '../../text-rules.ts';
import { eventTimeRule, toEventTime } from '../../time/event-time.ts';
import type { Place, SourceRecord } from '../envelope.ts';
import { createTypeReaderOf, readRecordTime } from '../one-field.ts';
import type { Change } from './change.ts';
import type { DebeziumOptions } from './options.ts';

/** Reads the type of a change: by default the name of its table. */
export function createChangeTypeReader({ type }: DebeziumOptions) {
  if (type === undefined) return readTableName;
  const read = createTypeReaderOf(type);
  return ({ json, value, path }: Change, record: SourceRecord, place: Place) =>
    read({ json, value, path, record, place }, null);
}

function readTableName({ source, path }: Change): string | Rejection {
  const { db, schema = '', table = source.collection } = source;
  const name = [schema === '' ? db : schema, table].filter(Boolean).join('.');
  return isTypeName(name) ? name : reject('not_an_event', typeNameRule, `${path}/source/table`);
}

/**
 * The time of a change in its database, or of its processing if there is none: some connectors write 0 for the
 * rows of a snapshot.
 */
export function readChangeTime(
  { source, processed, json, value, path }: Change,
  record: SourceRecord,
  place: Place,
  type: string,
): string | Rejection {
  const times = [
    [source.ts_us, 'us'],
    [source.ts_ms, 'ms'],
    [processed, 'ms'],
  ] as const;
  const [time, unit] = times.find(([text = '0']) => text !== '0') ?? [];
  if (time === undefined) return readRecordTime({ json, value, path, record, place }, type);
  return toEventTime(time, unit) ?? reject('not_an_event', eventTimeRule, `${path}/source/ts_ms`, type);
}
