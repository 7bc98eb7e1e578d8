import 'vitest';

declare module 'vitest' {
  /** Values that the global setup of the `servers` project provides to tests. */
  interface ProvidedContext {
    readonly brokers: string;
    readonly postgresUrl: string;
    /** A database with empty tables, used as a template. */
    readonly postgresTemplate: string;
  }
}
