/** The Kafka and the Postgres that all tests of a run share. */
export interface TestServers extends AsyncDisposable {
  /** A comma list of `HOST:PORT`. */
  readonly brokers: string;
  /** Its user may create databases. */
  readonly postgresUrl: string;
}
