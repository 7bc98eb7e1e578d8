import { recordEventId } from '../../identity/event-id.ts';
import { nameUuid } from '../../identity/name-uuid.ts';
import { sha256 } from '../../identity/sha256.ts';
import { type Rejection, reject } from '../../reasons.ts';
import type { Place, SourceRecord } from '../envelope.ts';
import type { Change } from './change.ts';
import type { RowKey } from './key.ts';
import { connectors, isSnapshot, positionOf, type Source } from './source.ts';

const utf8 = new TextEncoder();

/**
 * The event id of a change, which a redelivery repeats. A change from the log is identified by its table, key,
 * operation, position and content. A row of a snapshot is identified by its table, key and content, because a
 * snapshot that is taken again reads it at another position; without a key nothing identifies it, and it gets
 * the id of its record: two equal rows are two rows.
 */
export function changeId(
  change: Change,
  key: RowKey | null,
  record: SourceRecord,
  place: Place,
): string | Rejection {
  const problem = findProblem(change);
  if (problem !== undefined) return problem;
  const { source, operation } = change;
  const { connector, name, db, schema, table = source.collection } = source;
  const row = ['debezium', connector, name, db, schema, table, key?.text];
  if (!isSnapshot(source, operation))
    return toId([...row, operation, ...readPosition(change, key), digest(readContent(change))]);
  if (key === null) return recordEventId(record, place);
  return toId([...row, 'r', digest([change.before, change.after])]);
}

function findProblem({ source, operation, path }: Change): Rejection | undefined {
  const position = positionOf(source.connector);
  if (position === undefined) return wrong(path, 'connector', `must be one of ${connectors.join(', ')}`);
  const needed = isSnapshot(source, operation) ? [] : position.required;
  const missing = (['name', ...needed] as const).find((name) => isEmpty(source[name]));
  if (missing !== undefined) return wrong(path, missing, 'must be a string or a number');
  if (isEmpty(source.table ?? source.collection)) return wrong(path, 'table', 'must be a string');
  return undefined;
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text === '';
}

function wrong(path: string, member: keyof Source, message: string): Rejection {
  return reject('not_an_event', message, `${path}/source/${member}`);
}

function readPosition({ source, order }: Change, key: RowKey | null): readonly (string | undefined)[] {
  const { required = [], optional = [], isShared } = positionOf(source.connector) ?? {};
  const members = [...required, ...optional].map((name) => source[name]);
  return isShared && key === null ? [...members, order] : members;
}

function readContent({ source, before, after, updateDescription }: Change) {
  return positionOf(source.connector)?.isLookedUp ? [updateDescription] : [before, after];
}

/** SHA-256 in hex over a JSON array of JSON texts, without spaces between them. */
function digest(texts: readonly (string | undefined)[]): string {
  return sha256(utf8.encode(`[${texts.map((text) => text ?? 'null').join()}]`));
}

function toId(parts: readonly (string | undefined)[]): string {
  return nameUuid(parts.map((part) => part ?? null));
}
