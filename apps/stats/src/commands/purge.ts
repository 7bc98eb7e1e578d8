import type { Persist } from '@pipeline/db';
import { countPurgeable, purge } from '@pipeline/db/maintenance';
import { exitAfter, stopSignal } from '@pipeline/runtime';
import { formatCount } from '../../web/format/numbers.ts';
import { isRetriable, reachPostgres } from '../collect/reach-postgres.ts';
import {
  ANY_LENGTH_MS,
  openStatsContext,
  STOP_MS,
  type StatsContext,
  type StatsSettings,
} from '../collect/stats-context.ts';
import { toPrintableJson } from '../terminal/printable.ts';
import { showProgress } from '../terminal/progress.ts';
import { confirm } from './dlq/confirm.ts';

export interface PurgeFlags {
  readonly before: Date;
  /** The acting user, for the audit record. */
  readonly by: string;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
  /** Whether to wait for Postgres. */
  readonly wait?: boolean | undefined;
}

type Purgeable = Awaited<ReturnType<typeof countPurgeable>>;

/** Deletes old events and resolved dead letters, after a confirmation that shows their numbers. */
export async function purgeOld(settings: StatsSettings, flags: PurgeFlags): Promise<void> {
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  await using context = openStatsContext({ ...settings, DATABASE_STATEMENT_TIMEOUT_MS: ANY_LENGTH_MS });
  const options = { signal, wait: flags.wait ?? false, isTransient: isRetriable };
  const persist: Persist = (step) => reachPostgres(step, context, options);
  const found = await persist(() => countPurgeable(context.database, flags.before));
  const purged = await purgeFound(context, flags, found, persist, signal);
  if (flags.json) process.stdout.write(toJsonLine(purged, flags));
}

/** Returns what was purged, or would be. */
async function purgeFound(
  { writableDatabase, say }: StatsContext,
  { before, by, dryRun, yes }: PurgeFlags,
  found: Purgeable,
  persist: Persist,
  signal: AbortSignal,
): Promise<Purgeable> {
  const { events, deadLetters } = found;
  const what = `${formatCount(events)} events and ${formatCount(deadLetters)} resolved dead letters from before ${before.toISOString()}`;
  if (dryRun) say(`would purge ${what}`);
  else if (events + deadLetters === 0n) say('nothing to purge');
  if (dryRun || events + deadLetters === 0n) return found;
  await confirm(`purge ${what}`, yes);
  using progress = showProgress('purging', say);
  const purged = await purge(writableDatabase, before, {
    by,
    now: new Date(),
    persist,
    signal,
    onProgress: progress.report,
  });
  say(`purged ${formatCount(purged.events)} events and ${formatCount(purged.deadLetters)} dead letters`);
  return purged;
}

function toJsonLine({ events, deadLetters }: Purgeable, { before, dryRun = false }: PurgeFlags): string {
  const counts = { events: String(events), deadLetters: String(deadLetters) };
  return `${toPrintableJson({ schemaVersion: 1, dryRun, before: before.toISOString(), ...counts })}\n`;
}
