import type { GuardedProcess } from '@pipeline/servers';

/** A server that responds: one that was already running, or one that this process has started. */
export interface AvailableServer {
  /** Its address, without secrets. */
  readonly address: string;
  /** Its version; empty if it is not known. */
  readonly version: string;
  /** Undefined for a server that was already running. */
  readonly own: OwnServer | undefined;
}

export interface OwnServer {
  readonly process: GuardedProcess;
  /** Contains its log, and its data unless that is in a volume. */
  readonly folder: string;
  /** The Docker volume with the data of a server that runs in a container. */
  readonly volume?: string;
}
