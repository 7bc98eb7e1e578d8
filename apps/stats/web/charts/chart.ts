import { html, nothing } from 'lit-html';
import type uPlot from 'uplot';
import { show } from '../elements/dom.ts';
import type { Column } from '../elements/table.ts';
import { formatCount } from '../format/numbers.ts';
import { toVisible } from '../format/text.ts';
import { formatClock, formatTime, zoneName } from '../format/time.ts';
import type { Minute } from '../overview/minutes.ts';
import { colourOf, colours, showChartTable, showPlot, swatchOf } from './plot.ts';

const OTHERS = 'others';
const HEIGHT = 256;

/** Names of the lines that the user has hidden. */
const hidden = new Set<string>();

/** Shows one line per type over the minutes up to now; a minute without events counts as 0. */
export function showChart(minutes: readonly Minute[], range: number, nowMs: number): void {
  const lines = toLines(minutes);
  const times = minutesUntil(nowMs, range);
  const values = lines.map(({ counts }) => times.map((time) => counts.get(time) ?? 0));
  const names = lines.map(({ name }) => name);
  show('chart-note', names.length > 0 ? '' : 'No events in this range.');
  const series = names.map((label, line) => ({ label, stroke: colourOf(line), show: !hidden.has(label) }));
  showPlot('chart', {
    height: HEIGHT,
    // A line has two series: the finished minutes, and the step to the unfinished one.
    series: [...series, ...series.map((one) => ({ ...one, dash: [4, 4] }))],
    data: [times, ...values.map(withoutLast), ...values.map(lastStep)],
    onValues: (plot) => updateLegend(plot, names),
    drawBehind: shadeUnfinished,
  });
  showTable(names, times, values);
}

interface Line {
  readonly name: string;
  /** By the second at which the minute begins. */
  readonly counts: ReadonlyMap<number, number>;
}

/** The most frequent types, by name; the others share one line, because the colours are limited. */
function toLines(minutes: readonly Minute[]): readonly Line[] {
  const types = [...Map.groupBy(minutes, ({ eventType }) => eventType)]
    .map(([name, some]) => ({ name, some, sum: some.reduce((sum, { count }) => sum + Number(count), 0) }))
    .sort((a, b) => b.sum - a.sum);
  const shown = types.length > colours.length ? colours.length - 1 : colours.length;
  const named = types.slice(0, shown).sort((a, b) => (a.name < b.name ? -1 : 1));
  const others = types.slice(shown).flatMap(({ some }) => some);
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

/** The Unix time in seconds of each minute, the unfinished one last. */
function minutesUntil(nowMs: number, range: number): number[] {
  const last = Math.floor(nowMs / 60_000);
  return Array.from({ length: range }, (_, index) => (last - range + 1 + index) * 60);
}

const withoutLast = (values: number[]) =>
  values.map((value, index) => (index === values.length - 1 ? null : value));

const lastStep = (values: number[]) =>
  values.map((value, index) => (index < values.length - 2 ? null : value));

/** Shows a button per line, with its value in the minute under the pointer or in the last finished one. */
function updateLegend(plot: uPlot, names: readonly string[]): void {
  const { data, cursor } = plot;
  const index = cursor.idx ?? data[0].length - 2;
  const buttonOf = (name: string, line: number) => {
    const count = data[line + 1]?.[index] ?? data[line + 1 + names.length]?.[index] ?? 0;
    const text = `${toVisible(name, 40)} ${formatCount(BigInt(count))}`;
    const press = () => toggle(plot, line, names);
    return html`<button type="button" aria-pressed=${!hidden.has(name)} @click=${press}
      >${swatchOf(colourOf(line))}${text}</button>`;
  };
  const minute = data[0][index] === undefined ? '' : `${formatClock(data[0][index]).slice(0, 5)} ${zoneName}`;
  show(
    'legend',
    names.length > 0 ? html`<span class="quiet">${minute}</span>${names.map(buttonOf)}` : nothing,
  );
}

function toggle(plot: uPlot, line: number, names: readonly string[]): void {
  const name = names[line] ?? '';
  if (!hidden.delete(name)) hidden.add(name);
  for (const index of [line + 1, line + 1 + names.length]) plot.setSeries(index, { show: !hidden.has(name) });
  updateLegend(plot, names);
}

function shadeUnfinished({ data, valToPos, ctx, bbox }: uPlot): void {
  const last = data[0].at(-1);
  if (last === undefined) return;
  const left = valToPos(last - 60, 'x', true);
  ctx.fillStyle = '#88888833';
  ctx.fillRect(left, bbox.top, bbox.left + bbox.width - left, bbox.height);
}

function showTable(names: readonly string[], times: readonly number[], values: readonly number[][]): void {
  const columns = names.map((name, line): Column<number> => {
    return [toVisible(name, 40), (index) => formatCount(BigInt(values[line]?.[index] ?? 0)), 'number'];
  });
  const minuteOf = (index: number) => formatMinute(times[index] ?? 0, index === times.length - 1);
  showChartTable('chart', [[`Minute (${zoneName})`, minuteOf], ...columns], [...times.keys()]);
}

function formatMinute(time: number, isUnfinished: boolean): string {
  const minute = formatTime(new Date(time * 1_000).toISOString()).slice(0, 16);
  return isUnfinished ? `${minute}, unfinished` : minute;
}
