import 'vitest';

declare module 'vitest' {
  /** Provided by the global set-up of the `servers` project. */
  interface ProvidedContext {
    readonly postgresUrl: string;
  }
}
