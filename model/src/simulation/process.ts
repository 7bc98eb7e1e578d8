import { StopRequest, UserError } from '@pipeline/runtime';
import { runConsumer } from './consumer-process.ts';
import type { Fault } from './fault-names.ts';
import type { Server } from './network.ts';
import type { SimulatedProcess, World } from './world.ts';

/** How long a stop may take; then the process is killed. */
const STOP_MS = 8_000;

/** Errors that end a process, and the faults that may cause them. */
const expected: readonly (readonly [text: string, faults: readonly Fault[]])[] = [
  ['but the database is now at', ['restore', 'truncate', 'recreate']],
  ['has no row for', ['restore']],
  ['another consumer has reset the ledger', ['truncate', 'recreate', 'restore']],
  ['are written in turn', ['recreate']],
  ['42501', ['refusal']],
];

/** A consumer process under a supervisor that starts it again. */
export class Process implements SimulatedProcess {
  readonly name: string;
  isDead = false;
  readonly cutUntil: Record<Server, number> = { kafka: 0, dlq: 0, postgres: 0 };
  /** Number of further requests before it is killed. */
  #callsLeft = Number.POSITIVE_INFINITY;
  readonly #world: World;
  readonly #stop = new AbortController();

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
    runConsumer(world, this, this.#stop.signal).then(
      () => this.#restart(),
      (error) => this.#end(error),
    );
  }

  terminate(): void {
    this.#stop.abort(new StopRequest('SIGTERM'));
    this.#world.clock.after(STOP_MS, () => this.kill());
  }

  kill(): void {
    this.#restart();
  }

  killAfter(requests: number): void {
    this.#callsLeft = requests;
  }

  readonly onCall = (): void => {
    if (this.#callsLeft-- <= 0) this.kill();
  };

  #end(error: unknown): void {
    if (this.isDead) return;
    const { message } = error as Error;
    this.#world.trace(() => `${this.name} ends: ${message}`);
    if (!(error instanceof StopRequest) && !this.#isExpected(error)) this.#world.fail(error);
    this.#restart();
  }

  #isExpected(error: unknown): boolean {
    if (!(error instanceof UserError)) return false;
    const cause = expected.find(([text]) => error.message.includes(text));
    return cause?.[1].some((fault) => this.#world.happened(fault)) ?? false;
  }

  #restart(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#world.restart(this);
  }
}
