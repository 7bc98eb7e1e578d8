import 'vitest';

declare module 'vitest' {
  /** What the set-up of the `servers` project gives to tests. */
  interface ProvidedContext {
    readonly brokers: string;
    readonly postgresUrl: string;
    /** A database with the tables and no rows, to make others from. */
    readonly postgresTemplate: string;
  }
}
