import type uPlot from 'uplot';
import { find, setText } from './elements.ts';
import { showLegend } from './legend.ts';
import type { Minute } from './minutes.ts';
import { createPlot } from './plot.ts';

const colours = ['#2f81f7', '#d29922', '#3fb950', '#db61a2', '#a371f7', '#f0883e', '#39c5cf', '#8b949e'];
const OTHERS = 'others';
const HEIGHT = 256;

let chart: uPlot | undefined;
let drawn = '';
const hidden = new Set<string>();

/** A line per type over the minutes up to now; a minute without events is 0. */
export function showChart(minutes: readonly Minute[], range: number, nowMs: number): void {
  const lines = toLines(minutes);
  const times = minutesUntil(nowMs, range);
  const values = lines.map(({ counts }) => times.map((time) => counts.get(time) ?? 0));
  const names = lines.map(({ name }) => name);
  setText(find('chart-note'), names.length > 0 ? '' : 'No event happened in this range.');
  const data: uPlot.AlignedData = [times, ...values.map(withoutLast), ...values.map(lastStep)];
  if (chart !== undefined && drawn === names.join('\n')) chart.setData(data);
  else drawAnew(names, data);
}

interface Line {
  readonly name: string;
  /** By the second that a minute begins with. */
  readonly counts: ReadonlyMap<number, number>;
}

/** The most frequent types, by name; the rest is one line, for there are not more colours. */
function toLines(minutes: readonly Minute[]): readonly Line[] {
  const types = [...Map.groupBy(minutes, ({ eventType }) => eventType)]
    .map(([name, some]) => ({ name, some, sum: some.reduce((sum, { count }) => sum + Number(count), 0) }))
    .sort((a, b) => b.sum - a.sum);
  const most = types.length > colours.length ? colours.length - 1 : colours.length;
  const named = types.slice(0, most).sort((a, b) => (a.name < b.name ? -1 : 1));
  const others = types.slice(most).flatMap(({ some }) => some);
  const all = others.length > 0 ? [...named, { name: OTHERS, some: others }] : named;
  return all.map(({ name, some }) => ({ name, counts: countByMinute(some) }));
}

function countByMinute(minutes: readonly Minute[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { minute, count } of minutes) {
    const second = Date.parse(minute) / 1_000;
    counts.set(second, (counts.get(second) ?? 0) + Number(count));
  }
  return counts;
}

/** Seconds since 1970 of each minute, the unfinished one last. */
function minutesUntil(nowMs: number, range: number): number[] {
  const last = Math.floor(nowMs / 60_000);
  return Array.from({ length: range }, (_, at) => (last - range + 1 + at) * 60);
}

const withoutLast = (values: number[]) =>
  values.map((value, at) => (at === values.length - 1 ? null : value));

const lastStep = (values: number[]) => values.map((value, at) => (at < values.length - 2 ? null : value));

function drawAnew(names: readonly string[], data: uPlot.AlignedData): void {
  chart?.destroy();
  drawn = names.join('\n');
  chart = createChart(names, data);
  for (const name of names) applyVisibility(name, names);
  updateLegend(chart, names);
}

function createChart(names: readonly string[], data: uPlot.AlignedData): uPlot {
  const series = names.map((label, at) => ({ label, stroke: colourOf(at) }));
  return createPlot(find('chart'), {
    height: HEIGHT,
    series: [...series, ...series.map((one) => ({ ...one, dash: [4, 4] }))],
    data,
    onValues: (plot) => updateLegend(plot, names),
    drawBehind: shadeUnfinished,
  });
}

const colourOf = (at: number) => colours[at % colours.length] ?? '#888';

/** The values of the minute under the pointer, else of the last one that is over. */
function updateLegend(plot: uPlot, names: readonly string[]): void {
  const times = plot.data[0];
  const at = plot.cursor.idx ?? times.length - 2;
  const valueAt = (line: number) =>
    plot.data[line + 1]?.[at] ?? plot.data[line + 1 + names.length]?.[at] ?? 0;
  showLegend({
    time: times[at],
    entries: names.map((name, line) => ({
      name,
      colour: colourOf(line),
      value: valueAt(line),
      isShown: !hidden.has(name),
    })),
    onToggle: (name) => toggle(name, names),
  });
}

function toggle(name: string, names: readonly string[]): void {
  if (!hidden.delete(name)) hidden.add(name);
  applyVisibility(name, names);
  if (chart !== undefined) updateLegend(chart, names);
}

/** A type has two lines: of the minutes that are over, and the step to the one that is not. */
function applyVisibility(name: string, names: readonly string[]): void {
  const at = names.indexOf(name) + 1;
  for (const line of [at, at + names.length]) chart?.setSeries(line, { show: !hidden.has(name) });
}

function shadeUnfinished(plot: uPlot): void {
  const last = plot.data[0].at(-1);
  if (last === undefined) return;
  const left = plot.valToPos(last - 60, 'x', true);
  plot.ctx.fillStyle = '#88888833';
  plot.ctx.fillRect(left, plot.bbox.top, plot.bbox.left + plot.bbox.width - left, plot.bbox.height);
}

/** Follows the width of the page, and its colours when they change to dark or light. */
export function watchSurroundings(redraw: () => void): void {
  addEventListener('resize', () => chart?.setSize({ width: find('chart').clientWidth, height: HEIGHT }));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    drawn = '\0';
    redraw();
  });
}
