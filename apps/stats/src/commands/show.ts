import { exitAfter, stopSignal, toPrintableJson } from '@pipeline/program';
import { pause } from '@pipeline/runtime';
import { reachPostgres } from '../collect/reach-postgres.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { openStatsContext, STOP_MS, type StatsSettings } from '../collect/stats-context.ts';
import { findHints } from '../status/status.ts';
import { diagnosticLine } from '../terminal/diagnostics.ts';
import { toJson } from '../terminal/json.ts';
import { countRows, redraw } from '../terminal/screen.ts';
import { renderSnapshot } from '../terminal/table.ts';

export interface ShowOptions {
  readonly json?: boolean;
  /** Seconds between two refreshes; without it the statistics are printed once. */
  readonly watch?: number;
  /** Whether to wait for Postgres; always the case with `watch`. */
  readonly wait?: boolean;
}

/** A terminal with fewer rows has no room for 15 minutes and the dead letters below them. */
const LOW_SCREEN = 40;

/** Prints the statistics, once or periodically. */
export async function showStats(
  settings: StatsSettings,
  { json, watch, wait = watch !== undefined }: ShowOptions,
): Promise<void> {
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  await using context = openStatsContext(settings);
  const toText = json ? toJsonLine : watch === undefined ? toTables : toFrame;
  do {
    const snapshot = await reachPostgres(context.collect, context, { signal, wait });
    const hints = findHints(snapshot);
    process.stdout.write(toText(snapshot, hints));
    hints.forEach(context.say);
    if (watch !== undefined) await pause(watch * 1_000, signal);
  } while (watch !== undefined);
}

function toJsonLine(snapshot: Snapshot): string {
  return `${toPrintableJson(toJson(snapshot))}\n`;
}

const toTables = (snapshot: Snapshot) => renderSnapshot(snapshot);

/**
 * On a terminal each frame replaces the last, with room for the hints below; elsewhere an empty line
 * separates them.
 */
function toFrame(snapshot: Snapshot, hints: readonly string[]): string {
  if (!process.stdout.isTTY) return `${renderSnapshot(snapshot)}\n`;
  const [columns, rows] = [process.stdout.columns || 80, process.stdout.rows || 24];
  const text = renderSnapshot(snapshot, rows < LOW_SCREEN ? 5 : 15);
  return redraw(text, { columns, rows: rows - countRows(hints.map(diagnosticLine), columns) });
}
