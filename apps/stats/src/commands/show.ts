import { readNewestProof } from '@pipeline/db/prove';
import { pause } from '@pipeline/runtime';
import { reachPostgres, type WaitFlag } from '../collect/reach-postgres.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { openStatsContext, type StatsContext, type StatsSettings } from '../collect/stats-context.ts';
import { findHints } from '../status/status.ts';
import { diagnosticLine } from '../terminal/diagnostics.ts';
import { printJson, toJson } from '../terminal/json.ts';
import { countRows, redraw } from '../terminal/screen.ts';
import { renderSnapshot } from '../terminal/table.ts';

export interface ShowFlags extends WaitFlag {
  readonly json?: boolean;
  /** Seconds between two refreshes; without it the statistics are printed once. */
  readonly watch?: number | undefined;
}

/** A terminal with fewer rows has no room for 15 minutes and the dead letters below them. */
const LOW_SCREEN = 40;

/** Prints the statistics, once or periodically. */
export async function showStats(
  settings: StatsSettings,
  { json, watch, wait = watch !== undefined }: ShowFlags,
): Promise<void> {
  await using context = openStatsContext(settings);
  do {
    const snapshot = await reachPostgres(context.collect, context, { wait });
    const hints = findHints(snapshot);
    if (json) printJson(toJson(snapshot));
    else process.stdout.write(await renderText(context, snapshot, watch === undefined ? undefined : hints));
    hints.forEach(context.say);
    if (watch !== undefined) await pause(watch * 1_000, context.signal);
  } while (watch !== undefined);
}

/**
 * The statistics and the newest proof. Without a proof if it cannot be read, as from the tables of an older version: it
 * must not keep the statistics from being shown.
 * @param hints those below a frame; undefined without `--watch`
 */
async function renderText(
  { database }: StatsContext,
  snapshot: Snapshot,
  hints: readonly string[] | undefined,
): Promise<string> {
  const proof = await readNewestProof(database).catch(() => null);
  const render = (minutes?: number) => renderSnapshot(snapshot, proof, minutes);
  return hints === undefined ? render() : toFrame(render, hints);
}

/**
 * On a terminal each frame replaces the last, with room for the hints below; elsewhere an empty line
 * separates them.
 */
function toFrame(render: (minutes?: number) => string, hints: readonly string[]): string {
  if (!process.stdout.isTTY) return `${render()}\n`;
  const [columns, rows] = [process.stdout.columns || 80, process.stdout.rows || 24];
  const text = render(rows < LOW_SCREEN ? 5 : undefined);
  return redraw(text, { columns, rows: rows - countRows(hints.map(diagnosticLine), columns) });
}
