import type { ConflictHandling } from '@pipeline/db/write';
import type { Clock } from './clock.ts';
import { Cluster } from './cluster.ts';
import { Database } from './database.ts';
import type { Fault } from './fault-names.ts';
import { type Host, Network, type Server } from './network.ts';
import type { Random } from './random.ts';
import { Traffic } from './traffic.ts';

/** A process, as faults and supervisor see it. */
export interface SimulatedProcess extends Host {
  readonly name: string;
  readonly cutUntil: Record<Server, number>;
  /** SIGTERM, and SIGKILL if that takes too long. */
  readonly terminate: () => void;
  /** SIGKILL. */
  readonly kill: () => void;
  /** SIGKILL before the request after this number of further ones. */
  readonly killAfter: (requests: number) => void;
}

/** What a seed simulates apart from random choices. */
export interface Variant {
  readonly conflicts: ConflictHandling;
  /** Whether statements may miss a duplicate that another session has just stored. */
  readonly missesDuplicates: boolean;
  /** Whether a version without definitions has opened the ledgers before. */
  readonly isUpgraded: boolean;
  /** Faults that the seed does not have. */
  readonly without: readonly Fault[];
}

/** Sees what happens in a simulation. */
export interface Observers {
  /** Gets the lines of what happens. */
  readonly trace?: ((line: string) => void) | undefined;
  /** Wraps the database, and returns what is used in its place. */
  readonly wrap?: (database: Database, clock: Clock) => Database;
}

type StartProcess = (world: World, name: string) => SimulatedProcess;

/** Everything that a seed simulates. */
export class World {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly cluster: Cluster;
  readonly database: Database;
  readonly traffic: Traffic;
  processes: SimulatedProcess[] = [];
  /** What has happened, by kind. */
  readonly counts = new Map<string, number>();
  /** The first violation. */
  failure: unknown;
  readonly variant: Variant;
  readonly #startProcess: StartProcess;
  readonly #trace: ((line: string) => void) | undefined;

  constructor(
    clock: Clock,
    random: Random,
    variant: Variant,
    startProcess: StartProcess,
    { trace, wrap = (database) => database }: Observers,
  ) {
    this.clock = clock;
    this.variant = variant;
    this.random = random;
    this.#startProcess = startProcess;
    this.#trace = trace;
    this.network = new Network(clock, random);
    this.cluster = new Cluster(clock, random, 2 + random.below(2));
    this.database = wrap(new Database(clock, variant.conflicts), clock);
    if (variant.isUpgraded)
      this.database.openAsBefore(this.cluster.partitions.length, this.cluster.topicUuid);
    this.traffic = new Traffic(this.cluster, random);
  }

  start(processes: number): void {
    this.processes = Array.from({ length: processes }, (_, index) => this.#startProcess(this, `${index}.0`));
  }

  /** What a supervisor does with a process that has ended. */
  restart(ended: SimulatedProcess): void {
    const [index = '', starts = 0] = ended.name.split('.');
    this.clock.after(this.random.between(50, 2_000), () => {
      this.trace(() => `${index} starts again`);
      const at = this.processes.indexOf(ended);
      this.processes[at] = this.#startProcess(this, `${index}.${Number(starts) + 1}`);
    });
  }

  count(kind: string, by = 1): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + by);
  }

  /** Whether a statement misses a duplicate. */
  missesDuplicate(): boolean {
    return this.variant.missesDuplicates && this.random.chance(0.1);
  }

  happened(fault: Fault): boolean {
    return this.counts.has(fault);
  }

  fail(failure: unknown): void {
    this.failure ??= failure;
  }

  /** Writes a line for the reader of a replayed seed. */
  trace(line: () => string): void {
    this.#trace?.(`${this.clock.now.toFixed(1).padStart(9)} ${line()}`);
  }
}
