import { countPurgeable, purge } from '@pipeline/db/maintenance';
import { showProgress } from '@pipeline/program';
import { formatCount } from '../../web/format/numbers.ts';
import { type Maintenance, maintain, type WaitFlag } from '../collect/reach-postgres.ts';
import type { StatsSettings } from '../collect/stats-context.ts';
import { confirmChange } from '../terminal/confirm.ts';
import { printJson } from '../terminal/json.ts';
import type { ChangeFlags } from './options.ts';

export interface PurgeFlags extends ChangeFlags, WaitFlag {
  readonly before: Date;
}

type Purgeable = Awaited<ReturnType<typeof countPurgeable>>;

/** Deletes old events and resolved dead letters, after a confirmation that shows their numbers. */
export async function purgeOld(settings: StatsSettings, flags: PurgeFlags): Promise<void> {
  const { before, dryRun = false, json } = flags;
  await maintain(settings, flags, async (maintenance) => {
    const { context, persist } = maintenance;
    const found = await persist(() => countPurgeable(context.database, before));
    const purged = await purgeFound(maintenance, flags, found);
    if (json) printJson({ schemaVersion: 1, dryRun, before, ...purged });
  });
}

/** Returns what was purged, or would be. */
async function purgeFound(
  { context: { writableDatabase, say, signal }, persist }: Maintenance,
  flags: PurgeFlags,
  found: Purgeable,
): Promise<Purgeable> {
  const { before, by } = flags;
  const what = `purge ${describe(found, 'resolved dead letters')} from before ${before.toISOString()}`;
  const change = { what, rows: found.events + found.deadLetters, nothing: 'nothing to purge' };
  if (!(await confirmChange(change, flags, say))) return found;
  using progress = showProgress('purging', say);
  const options = { by, now: new Date(), persist, signal, onProgress: progress.report };
  const purged = await purge(writableDatabase, before, options);
  say(`purged ${describe(purged, 'dead letters')}`);
  return purged;
}

const describe = ({ events, deadLetters }: Purgeable, name: string) =>
  `${formatCount(events)} events and ${formatCount(deadLetters)} ${name}`;
