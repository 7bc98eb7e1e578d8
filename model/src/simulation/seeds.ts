import { replaceTime } from './clock.ts';
import { type Simulated, simulate } from './simulate.ts';

/** The figures of several seeds. */
export interface Figures {
  readonly seeds: number;
  readonly steps: number;
  /** Number of faults and other happenings by kind, over all seeds. */
  readonly counts: Readonly<Record<string, number>>;
  readonly failures: readonly Simulated[];
  /** CPU time. */
  readonly seconds: number;
}

export interface SeedOptions {
  /** Gets the lines of what happens. */
  readonly trace?: ((line: string) => void) | undefined;
  /** Ends after this many failures; defaults to 1. */
  readonly maxFailures?: number;
}

/** Simulates consecutive seeds. */
export async function simulateSeeds(
  first: number,
  seeds: number,
  { trace, maxFailures = 1 }: SeedOptions = {},
): Promise<Figures> {
  using time = replaceTime();
  const before = process.cpuUsage();
  const counts: Record<string, number> = {};
  const failures: Simulated[] = [];
  let steps = 0;
  let done = 0;
  for (; done < seeds && failures.length < maxFailures; done++) {
    const simulated = await simulate(first + done, time.use, { trace });
    steps += simulated.steps;
    for (const [kind, count] of simulated.counts) counts[kind] = (counts[kind] ?? 0) + count;
    if (simulated.failure !== undefined) failures.push(simulated);
  }
  const { user, system } = process.cpuUsage(before);
  return { seeds: done, steps, counts, failures, seconds: (user + system) / 1e6 };
}

/** The figures as lines. */
export function describeFigures({ seeds, steps, counts, failures, seconds }: Figures): string {
  const kinds = Object.entries(counts).sort(([a], [b]) => a.localeCompare(b));
  return [
    `${seeds} seeds, ${steps} steps, ${seconds.toFixed(1)} s of CPU`,
    kinds.map(([kind, count]) => `${kind} ${count}`).join(', '),
    ...failures.map(({ seed, failure }) => `seed ${seed} fails: ${messageOf(failure)}`),
  ].join('\n');
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
}
