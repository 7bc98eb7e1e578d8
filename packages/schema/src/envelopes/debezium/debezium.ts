import * as Type from '@sinclair/typebox/type';
import { createLocator } from '../../locate/locate.ts';
import { parseBytes } from '../../parse.ts';
import type { Rejection } from '../../reasons.ts';
import {
  type AnyEvent,
  DEFAULT_MAX_BYTES,
  type Envelope,
  type Found,
  type Place,
  type SourceRecord,
} from '../envelope.ts';
import { findChoiceProblems, findFieldProblems } from '../mapping-problems.ts';
import { noEvent } from '../no-event.ts';
import { createUserReaderOf } from '../one-field.ts';
import { type Change, operations, readChange } from './change.ts';
import { createChangeTypeReader, readChangeTime } from './fields.ts';
import { changeId } from './identity.ts';
import { type RowKey, readKey } from './key.ts';
import type { DebeziumOptions } from './options.ts';
import { type Row, readRow, withOperation } from './row.ts';

/**
 * The change events that Debezium's connectors write as JSON, with or without the converter's `schema`. The
 * payload is the row after the change, or before a delete, with the operation as its last member `__op`.
 */
export function debezium(options: DebeziumOptions = {}): Envelope {
  const { type, user, otherMembers = 'keep' } = options;
  const readFields = createFieldsReader(options);
  return {
    name: 'debezium',
    identity: '["debezium"]',
    problems: [
      ...findFieldProblems('type', type),
      ...findFieldProblems('user', user),
      ...findChoiceProblems('otherMembers', otherMembers, ['keep', 'ignore']),
    ],
    open(record, place, { maxBytes = DEFAULT_MAX_BYTES }) {
      if (record.value === null) return noEvent('is a tombstone');
      const parsed = parseBytes(record.value, maxBytes);
      if (!parsed.ok) return parsed;
      const change = readChange(parsed.text, parsed.value);
      if (!change.ok) return change;
      const key = readKey(record.key);
      const row = readRow(change, key);
      if (!row.ok) return row;
      const fields = readFields({ change, key, row, record, place });
      return 'ok' in fields ? fields : toFound(fields, change, row, otherMembers);
    },
    describe: describeChange,
  };
}

/** A change in its record. */
interface Parts {
  readonly change: Change;
  readonly key: RowKey | null;
  readonly row: Row;
  readonly record: SourceRecord;
  readonly place: Place;
}

type Fields = Omit<AnyEvent, 'payload'>;

function createFieldsReader(options: DebeziumOptions) {
  const readType = createChangeTypeReader(options);
  const readUser = createUserReaderOf(options.user);
  return ({ change, key, row, record, place }: Parts): Fields | Rejection => {
    const event_id = changeId(change, key, record, place);
    if (typeof event_id === 'object') return event_id;
    const event_type = readType(change, record, place);
    if (typeof event_type === 'object') return event_type;
    const event_time = readChangeTime(change, record, place, event_type);
    if (typeof event_time === 'object') return event_time;
    const user_id = readUser({ ...row, record, place }, event_type);
    if (typeof user_id === 'object' && user_id !== null) return user_id;
    return { event_id, event_type, event_time, user_id };
  };
}

function toFound(fields: Fields, change: Change, row: Row, otherMembers: 'keep' | 'ignore'): Found {
  const { payload, payloadJson, depth } = withOperation(row, change.operation);
  return {
    ok: true,
    event: { ...fields, payload },
    payloadJson,
    depth,
    attributesJson: otherMembers === 'keep' ? readOthers(change) : null,
    payloadPath: row.path,
    typePath: `${change.path}/source/table`,
  };
}

const locateAfter = createLocator([['op'], ['after']]);
const locateImages = createLocator([['op'], ['after'], ['before']]);

/** The members of a change without the operation and the images that are in the payload or null. */
function readOthers({ json, operation, before, after }: Change): string | null {
  const isInPayload = before === undefined || (after === undefined && operation === 'd');
  return (isInPayload ? locateImages : locateAfter)(json).othersJson;
}

/** The schema of a change event. The payload's schema describes the row together with the operation. */
function describeChange(): Type.TSchema {
  const row = Type.Union([Type.Object({}), Type.String(), Type.Null()]);
  return Type.Object({
    op: Type.Union(operations.map((name) => Type.Literal(name))),
    source: Type.Object({ connector: Type.String(), name: Type.String() }),
    before: Type.Optional(row),
    after: Type.Optional(row),
  });
}
