import { countPurgeable, purge } from '@pipeline/db/maintenance';
import { toPrintableJson } from '@pipeline/program';
import { formatCount } from '../../web/format/numbers.ts';
import { type Maintenance, maintain } from '../collect/reach-postgres.ts';
import type { StatsSettings } from '../collect/stats-context.ts';
import { confirm } from '../terminal/confirm.ts';
import { showProgress } from '../terminal/diagnostics.ts';
import type { ChangeFlags } from './options.ts';

export interface PurgeFlags extends ChangeFlags {
  readonly before: Date;
  /** Whether to wait for Postgres. */
  readonly wait?: boolean | undefined;
}

type Purgeable = Awaited<ReturnType<typeof countPurgeable>>;

/** Deletes old events and resolved dead letters, after a confirmation that shows their numbers. */
export async function purgeOld(settings: StatsSettings, flags: PurgeFlags): Promise<void> {
  await maintain(settings, flags, async (maintenance) => {
    const { context, persist } = maintenance;
    const found = await persist(() => countPurgeable(context.database, flags.before));
    const purged = await purgeFound(maintenance, flags, found);
    if (flags.json) process.stdout.write(toJsonLine(purged, flags));
  });
}

/** Returns what was purged, or would be. */
async function purgeFound(
  { context: { writableDatabase, say }, persist, signal }: Maintenance,
  { before, by, dryRun, yes }: PurgeFlags,
  found: Purgeable,
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
