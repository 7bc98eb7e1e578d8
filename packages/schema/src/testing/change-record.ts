import type { SourceRecord } from '../envelopes/envelope.ts';
import { toBytes } from './event-text.ts';

/** Members of `source` that say where in its log a connector found a change, as JSON texts. */
const positions = {
  postgresql: { schema: '"public"', txId: '555', lsn: '24023128', xmin: 'null' },
  mysql: { server_id: '0', gtid: 'null', file: '"mysql-bin.000003"', pos: '484', row: '1', thread: '7' },
  mariadb: { server_id: '0', gtid: 'null', file: '"mariadb-bin.000003"', pos: '484', row: '1', thread: '7' },
  sqlserver: {
    schema: '"dbo"',
    change_lsn: '"00000027:00000758:0003"',
    commit_lsn: '"00000027:00000758:0005"',
    event_serial_no: '1',
  },
  db2: {
    schema: '"DB2INST1"',
    change_lsn: '"00000027:00000758:0003"',
    commit_lsn: '"00000027:00000758:0005"',
  },
  oracle: {
    schema: '"DEBEZIUM"',
    txId: '"6.28.807"',
    scn: '"2122185"',
    commit_scn: '"2122190"',
    lcr_position: 'null',
    rs_id: '"001234.00012345.0124"',
    ssn: '1',
    redo_thread: '1',
  },
  informix: {
    schema: '"informix"',
    commit_lsn: '"30064811416"',
    change_lsn: '"30064811420"',
    txId: '"8"',
    begin_lsn: '"30064811400"',
  },
  mongodb: { rs: '"rs0"', collection: '"customers"', ord: '31', lsid: 'null', txnNumber: 'null' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

type Connector = keyof typeof positions;

/** A change event's members as JSON texts; those that are not given are those of an insert. */
export interface ChangeTexts {
  readonly connector?: Connector;
  readonly op?: string;
  readonly before?: string;
  readonly after?: string;
  /** Replaces members of `source`. */
  readonly source?: Readonly<Record<string, string>>;
  /** More members of the change event. */
  readonly more?: Readonly<Record<string, string>>;
  /** Undefined is no key. */
  readonly key?: string | undefined;
}

export const ROW = '{"id":1004,"name":"Anne"}';
const ROW_KEY = '{"id":1004}';

/** A record of a Debezium connector. */
export function changeRecord(texts: ChangeTexts = {}): SourceRecord {
  const { key = 'key' in texts ? undefined : ROW_KEY } = texts;
  return { value: toBytes(changeJson(texts)), ...(key === undefined ? {} : { key: toBytes(key) }) };
}

/** The JSON of a change event. */
export function changeJson(texts: ChangeTexts = {}): string {
  const { connector = 'postgresql', op = 'c', before = 'null', after = ROW, source = {}, more = {} } = texts;
  const position: Readonly<Record<string, string>> = positions[connector];
  const members = {
    ...{ version: '"3.3.1.Final"', connector: `"${connector}"`, name: '"server1"', ts_ms: '1558965508000' },
    ...{ snapshot: '"false"', db: '"shop"', sequence: 'null', ts_us: '1558965508123456' },
    ...(connector === 'mongodb' ? {} : { table: '"customers"' }),
    ...position,
    ...source,
  };
  const all = { before, after, source: writeObject(members), op: `"${op}"`, ts_ms: '1558965515240', ...more };
  return writeObject(all);
}

function writeObject(members: Readonly<Record<string, string>>): string {
  const texts = Object.entries(members).map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return `{${texts.join(',')}}`;
}

/** A document as a converter with `schemas.enable` writes it. */
export function withSchema(json: string): string {
  return `{"schema":{"type":"struct","fields":[{"field":"payload"}],"optional":false},"payload":${json}}`;
}
