import { syncBuiltinESMExports } from 'node:module';
import type { TimerOptions } from 'node:timers';
import timers from 'node:timers/promises';

interface Timer {
  readonly at: number;
  /** Of two timers of one time, the earlier one fires first. */
  readonly order: number;
  action: (() => void) | undefined;
}

const setImmediate = globalThis.setImmediate;

/** Virtual time: it moves on to the next timer once the program has nothing left to do. */
export class Clock {
  /** Milliseconds since the start. */
  now = 0;
  /** Number of timers that have fired. */
  steps = 0;
  readonly #heap: Timer[] = [];
  #order = 0;

  /** Calls an action after a delay. @returns a function that cancels it */
  after(ms: number, action: () => void): () => void {
    const timer: Timer = { at: this.now + Math.max(0, ms), order: this.#order++, action };
    push(this.#heap, timer);
    return () => {
      timer.action = undefined;
    };
  }

  /** Resolves after a delay. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Fires the next timer, and lets everything run that it has caused. False if there is none. */
  async step(): Promise<boolean> {
    const timer = pop(this.#heap);
    if (timer === undefined) return false;
    if (timer.action === undefined) return true;
    this.now = timer.at;
    this.steps++;
    timer.action();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    return true;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Adds to a binary heap. */
function push(heap: Timer[], timer: Timer): void {
  let at = heap.push(timer) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, timer)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = timer;
}

/** Removes the earliest from a binary heap. */
function pop(heap: Timer[]): Timer | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let at = 0;
  for (let below = earlier(heap, 1); ; below = earlier(heap, 2 * at + 1)) {
    const child = heap[below];
    if (child === undefined || isBefore(last, child)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
  return first;
}

function earlier(heap: readonly Timer[], left: number): number {
  const [one, other] = [heap[left], heap[left + 1]];
  return one !== undefined && other !== undefined && isBefore(other, one) ? left + 1 : left;
}

/** The sources of time and randomness of a program. */
interface Sources {
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Replaces the timers, clocks and random numbers of this process; `use` gives those of the next simulation.
 * Disposing restores them.
 */
export function replaceTime(): Disposable & { readonly use: (sources: Sources) => void } {
  let sources: Sources = { clock: new Clock(), random: Math.random };
  const original = {
    sleep: timers.setTimeout,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    now: performance.now,
    date: Date.now,
    random: Math.random,
  };
  const replace = (replacement: typeof original) => {
    timers.setTimeout = replacement.sleep;
    syncBuiltinESMExports();
    globalThis.setTimeout = replacement.setTimeout;
    globalThis.clearTimeout = replacement.clearTimeout;
    globalThis.setInterval = replacement.setInterval;
    performance.now = replacement.now;
    Date.now = replacement.date;
    Math.random = replacement.random;
  };
  replace({ ...original, ...virtualTime(() => sources) });
  return {
    use: (next) => {
      sources = next;
    },
    [Symbol.dispose]: () => replace(original),
  };
}

const START = Date.UTC(2026, 0, 1);

function virtualTime(sources: () => Sources) {
  const clearTimeout = (cancel: unknown) => {
    if (typeof cancel === 'function') cancel();
  };
  return {
    sleep: sleepOn(() => sources().clock),
    setTimeout: ((action: () => void, ms: number) =>
      sources().clock.after(ms, action)) as unknown as typeof globalThis.setTimeout,
    clearTimeout: clearTimeout as typeof globalThis.clearTimeout,
    // Would fire in real time, so that a slow machine changed what a seed does. The simulated fetches send heartbeats.
    setInterval: (() => undefined) as unknown as typeof globalThis.setInterval,
    now: () => sources().clock.now,
    date: () => START + Math.floor(sources().clock.now),
    random: () => sources().random(),
  };
}

/** `setTimeout` of `node:timers/promises`. */
function sleepOn(clock: () => Clock): typeof timers.setTimeout {
  return <Value>(ms = 1, value?: Value, { signal }: TimerOptions = {}) => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock().after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve(value as Value);
    });
    signal?.addEventListener('abort', abort, { once: true });
    return promise;
  };
}
