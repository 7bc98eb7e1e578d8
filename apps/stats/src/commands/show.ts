import { exitAfter, pause, stopSignal } from '@pipeline/runtime';
import { findHints } from '../hints.ts';
import { toJson } from '../json.ts';
import { toPrintableJson } from '../printable.ts';
import { reachPostgres } from '../reach-postgres.ts';
import { say, sentenceOf } from '../say.ts';
import { countRows, redraw, type ScreenSize } from '../screen.ts';
import type { Snapshot } from '../snapshot.ts';
import { openStatsContext, STOP_MS, type StatsSettings } from '../stats-context.ts';
import { renderSnapshot } from '../table.ts';

export interface ShowOptions {
  readonly json?: boolean;
  /** Seconds between two looks; without it there is one. */
  readonly watch?: number;
}

/** So many rows have room for a quarter of an hour, and for dead letters below it. */
const LOW_SCREEN = 40;

/** Prints the statistics, once or again and again. */
export async function showStats(settings: StatsSettings, { json, watch }: ShowOptions): Promise<void> {
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  await using view = openStatsContext(settings);
  const toText = json ? toJsonLine : watch === undefined ? toTables : toFrame;
  do {
    const snapshot = await reachPostgres(view.collect, view.database, { signal });
    const remarks = findHints(snapshot);
    process.stdout.write(toText(snapshot, remarks));
    remarks.forEach(say);
    if (watch !== undefined) await pause(watch * 1_000, signal);
  } while (watch !== undefined);
}

function toJsonLine(snapshot: Snapshot): string {
  return `${toPrintableJson(toJson(snapshot))}\n`;
}

function toTables(snapshot: Snapshot): string {
  return renderSnapshot(snapshot);
}

/** A terminal that does not know its size is taken for the usual one. */
function screenSize(): ScreenSize {
  return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
}

/** On a terminal each look takes the place of the last one, with room for what is said below; elsewhere they follow each other, an empty line between. */
function toFrame(snapshot: Snapshot, remarks: readonly string[]): string {
  if (!process.stdout.isTTY) return `${renderSnapshot(snapshot)}\n`;
  const { columns, rows } = screenSize();
  const text = renderSnapshot(snapshot, rows < LOW_SCREEN ? 5 : 15);
  return redraw(text, { columns, rows: rows - countRows(remarks.map(sentenceOf), columns) });
}
