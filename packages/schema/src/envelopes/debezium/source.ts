/** The members of `source` that ids, types and times are made of. */
export const sourceMembers = [
  ...(['connector', 'name', 'db', 'schema', 'table', 'collection', 'snapshot', 'ts_ms', 'ts_us'] as const),
  ...(['lsn', 'file', 'pos', 'row', 'commit_lsn', 'change_lsn', 'event_serial_no', 'begin_lsn'] as const),
  ...(['txId', 'scn', 'rs_id', 'ssn', 'lcr_position', 'ord', 'lsid', 'txnNumber'] as const),
];

type SourceMember = (typeof sourceMembers)[number];

/** The source of a change. Numbers are texts, by their digits. */
export type Source = Readonly<Partial<Record<SourceMember, string>>>;

/** Where a connector writes the position of a change in the database's log. */
interface Position {
  /** Members of `source` that every change has. */
  readonly required: readonly SourceMember[];
  /** Members of `source` that some versions or settings of the connector leave out. */
  readonly optional?: readonly SourceMember[];
  /** Several rows may share a position; without a key, they differ by their order in the transaction. */
  readonly isShared?: true;
  /** `after` may be looked up at delivery: then only `updateDescription` is the same in a redelivery. */
  readonly isLookedUp?: true;
}

const binlog: Position = { required: ['file', 'pos', 'row'] };
const changeTables: Position = { required: ['commit_lsn', 'change_lsn'], optional: ['event_serial_no'] };

/** The connectors whose changes have an id. In Postgres, the rows of a `COPY` share an `lsn`. */
const positions: Readonly<Record<string, Position>> = {
  postgresql: { required: ['lsn'], isShared: true },
  mysql: binlog,
  mariadb: binlog,
  sqlserver: changeTables,
  db2: changeTables,
  oracle: { required: ['scn'], optional: ['txId', 'rs_id', 'ssn', 'lcr_position'] },
  informix: { required: ['commit_lsn', 'change_lsn'], optional: ['txId', 'begin_lsn'] },
  mongodb: { required: ['ts_ms', 'ord'], optional: ['lsid', 'txnNumber'], isLookedUp: true },
};

export const connectors = Object.keys(positions);

/** How a connector writes positions; undefined for a connector whose positions are not known. */
export function positionOf(connector: string | undefined): Position | undefined {
  return connector !== undefined && connectors.includes(connector) ? positions[connector] : undefined;
}

/** Whether a row was read by a snapshot, not from the log. `op` is `c` if snapshots are written as inserts. */
export function isSnapshot({ snapshot = 'false' }: Source, operation: string): boolean {
  return operation === 'r' || snapshot !== 'false';
}
