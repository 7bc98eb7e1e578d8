import kafkajs from 'kafkajs';
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

export type Server = 'kafka' | 'dlq' | 'postgres';

/** A process, as the network sees it. */
export interface Host {
  /** It was killed: nothing reaches it any more, and what it has sent may have got lost. */
  readonly isDead: boolean;
  /** Nothing gets from it to a server, or back, before this time in milliseconds. */
  readonly cutUntil: Readonly<Record<Server, number>>;
  /** Called before each request. */
  readonly onCall: () => void;
}

/** What can happen to a request, as probabilities. */
export interface Losses {
  request: number;
  reply: number;
  /** The caller gets an error at once, and the server runs the request later. */
  late: number;
  slow: number;
}

/** Carries requests to the servers, with the delays and losses that the seed decides. */
export class Network {
  readonly losses: Losses = { request: 0, reply: 0, late: 0, slow: 0 };
  /** The end of a server's outage. */
  readonly downUntil: Record<Server, number> = { kafka: 0, dlq: 0, postgres: 0 };
  /** Number of requests that were lost, by kind. */
  readonly lost: Record<keyof Losses, number> = { request: 0, reply: 0, late: 0, slow: 0 };
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Runs an operation on a server.
   * @returns its result; never settles if the process is killed
   * @throws the operation's error, or a connection error of the server's client
   */
  call<Value>(host: Host, server: Server, operation: () => Value | Promise<Value>): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    host.onCall();
    if (host.isDead) return promise;
    const reply = (settle: () => void) => this.#reply(host, server, settle);
    const disconnect = () => reply(() => reject(disconnected(server, this.#random)));
    const run = (answer: (settle: () => void) => void) => {
      if (host.isDead && this.#random.chance(0.5)) return;
      if (this.downUntil[server] > this.#clock.now) return disconnect();
      Promise.try(operation).then(
        (value) => answer(() => resolve(value)),
        (error) => answer(() => reject(error)),
      );
    };
    const fate = this.#fate();
    const delay = this.#delay(host, server);
    if (fate === 'request' || fate === 'late') this.#clock.after(delay, disconnect);
    if (fate === 'late') this.#clock.after(delay + this.#random.between(1, 4_000), () => run(() => {}));
    if (fate === 'reply') this.#clock.after(delay, () => run(disconnect));
    if (fate === undefined) this.#clock.after(delay, () => run(reply));
    return promise;
  }

  #reply(host: Host, server: Server, settle: () => void): void {
    this.#clock.after(this.#delay(host, server), () => {
      if (!host.isDead) settle();
    });
  }

  #fate(): Exclude<keyof Losses, 'slow'> | undefined {
    const fate = (['request', 'reply', 'late'] as const).find((one) => this.#random.chance(this.losses[one]));
    if (fate !== undefined) this.lost[fate]++;
    return fate;
  }

  #delay(host: Host, server: Server): number {
    const { now } = this.#clock;
    const isSlow = this.#random.chance(this.losses.slow);
    if (isSlow) this.lost.slow++;
    const delay = isSlow ? this.#random.between(100, 3_000) : this.#random.between(0.2, 4);
    return Math.max(0, host.cutUntil[server] - now) + delay;
  }
}

/** The error of the server's client if the connection breaks. */
function disconnected(server: Server, random: Random): Error {
  if (server === 'postgres') return postgresError(random.pick(transientStates));
  return new kafkajs.KafkaJSConnectionError('the connection broke');
}

const transientStates = ['CONNECTION_CLOSED', 'ECONNRESET', '57P01', '40001', '57014', '53300'];

/** An error of Postgres, or of the connection to it. */
export function postgresError(code: string): Error {
  return Object.assign(new Error(`error ${code}`), { code });
}

/** An error that a broker returns. */
export function kafkaError(type: string): Error {
  return Object.assign(new kafkajs.KafkaJSError(type), { type });
}
