import type { GuardedProcess } from '../process/guarded.ts';

/** A server that answers: one that was there already, or one of ours that ends with us. */
export interface AvailableServer {
  /** Where it answers, safe to show. */
  readonly address: string;
  /** What it is, with its version where that is known. */
  readonly version: string;
  /** The folder of its data, and its process; undefined for a server that was there already. */
  readonly own: { readonly folder: string; readonly process: GuardedProcess } | undefined;
}
