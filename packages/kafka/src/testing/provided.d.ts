import 'vitest';

declare module 'vitest' {
  /** What the set-up of the `servers` project gives to tests. */
  interface ProvidedContext {
    readonly brokers: string;
  }
}
