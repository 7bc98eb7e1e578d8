import 'vitest';

declare module 'vitest' {
  /** Provided by the global setup of the `servers` project. */
  interface ProvidedContext {
    readonly postgresUrl: string;
  }
}
