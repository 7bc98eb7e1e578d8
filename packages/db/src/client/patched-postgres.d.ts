import 'postgres';

/** What `patches/postgres@3.4.9.patch` adds. */
declare module 'postgres' {
  interface UnsafeQueryOptions {
    /** The data of each `copy … from stdin` within a simple query, in pieces, sent with it. */
    readonly copy?: readonly (readonly Uint8Array[])[];
  }
}
