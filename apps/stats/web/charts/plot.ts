import { html } from 'lit-html';
import type uPlot from 'uplot';
import { find, show } from '../elements/dom.ts';
import { type Column, tableOf } from '../elements/table.ts';
import { formatCount } from '../format/numbers.ts';
import { toPlotDate } from '../format/time.ts';

export interface PlotOptions {
  /** In pixels. */
  readonly height: number;
  readonly series: readonly (uPlot.Series & { readonly label: string })[];
  /** Unix times in seconds, then the values of each series; null is a gap. */
  readonly data: uPlot.AlignedData;
  /** Called when the data or the position of the pointer changes. */
  readonly onValues: (plot: uPlot) => void;
  readonly drawBehind?: (plot: uPlot) => void;
}

/** The colours of the lines of a chart. */
export const colours = [
  ...['#2f81f7', '#d29922', '#3fb950', '#db61a2'],
  ...['#a371f7', '#f0883e', '#39c5cf', '#8b949e'],
];

export const colourOf = (line: number) => colours[line] ?? '#888';

/** The value of a line; null is a gap. */
export const numberOf = (text: string | null | undefined) =>
  text === null || text === undefined ? null : Number(text);

/** A square in the colour of a line; a style attribute would violate the Content-Security-Policy. */
export const swatchOf = (colour: string) => html`<i .style=${`background: ${colour}`}></i>`;

const plots = new Map<string, uPlot>();
let isBroken = false;

/** Draws lines over time, from 0 up, or updates those with the same names. Shows a notice if that fails. */
export function showPlot(id: string, options: PlotOptions): void {
  const former = plots.get(id);
  const isSame = former !== undefined && namesOf(former.series.slice(1)) === namesOf(options.series);
  if (isSame) former.setData(options.data);
  if (isBroken) showTableInstead(find(id));
  if (isSame || isBroken) return;
  former?.destroy();
  try {
    const plot = createPlot(find(id), options);
    plots.set(id, plot);
    options.onValues(plot);
  } catch (error) {
    isBroken = true;
    showTablesInstead(error instanceof Error ? error.message : String(error));
  }
}

const namesOf = (series: readonly uPlot.Series[]) => series.map(({ label }) => label).join('\n');

/** Shows the numbers of a chart as a table, the newest first, if its table is open. */
export function showChartTable<Row>(id: string, columns: readonly Column<Row>[], rows: readonly Row[]): void {
  const details = find(`${id}-table`) as HTMLDetailsElement;
  const fill = () => {
    if (details.open) show(`${id}-rows`, tableOf(columns, rows.toReversed(), 'No data in this range.'));
  };
  details.ontoggle = fill;
  fill();
}

function showTablesInstead(problem: string): void {
  find('charts-notice').hidden = false;
  show(
    'charts-notice',
    `Charts cannot be drawn in this browser (${problem}). The tables show the same numbers.`,
  );
  document.querySelectorAll<HTMLElement>('.chart').forEach(showTableInstead);
}

/** A table that was opened once can be closed. */
function showTableInstead(chart: HTMLElement): void {
  if (chart.hidden) return;
  chart.hidden = true;
  (find(`${chart.id}-table`) as HTMLDetailsElement).open = true;
}

/** A line of one value would be invisible. */
const hasFewTimes = ({ data: [times] }: uPlot) => times.length < 3;

function createPlot(target: HTMLElement, { height, series, data, onValues, drawBehind }: PlotOptions): uPlot {
  const { uPlot: Plot } = globalThis as unknown as { readonly uPlot?: typeof uPlot };
  if (Plot === undefined) throw new Error('the chart library did not load');
  const end = new AbortController();
  const plot = new Plot(
    {
      width: target.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false },
      tzDate: toPlotDate,
      scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] } },
      axes: createAxes(target),
      series: [{}, ...series.map((one) => ({ ...one, width: 2, points: { show: hasFewTimes } }))],
      hooks: {
        drawClear: drawBehind === undefined ? [] : [drawBehind],
        setCursor: [onValues],
        setData: [onValues],
        destroy: [() => end.abort()],
      },
    },
    data,
    target,
  );
  followPage(plot, target, end.signal);
  return plot;
}

/** Follows the width of the page, and its colours when the colour scheme changes. */
function followPage(plot: uPlot, target: HTMLElement, signal: AbortSignal): void {
  const resizes = new ResizeObserver(() => plot.setSize({ width: target.clientWidth, height: plot.height }));
  resizes.observe(target);
  signal.addEventListener('abort', () => resizes.disconnect());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.redraw(), { signal });
}

const increments = [1, 2, 5]
  .flatMap((one) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((power) => one * 10 ** power))
  .sort((a, b) => a - b);

/** Seconds between two times on the axis: labels have no seconds, so that closer ones would repeat. */
const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440].map((count) => 60 * count);

function createAxes(target: HTMLElement): uPlot.Axis[] {
  const stroke = () => getComputedStyle(target).color;
  const grid = { stroke: '#8883', width: 1 };
  const axis = { stroke, grid, ticks: grid, font: '12px system-ui, sans-serif' };
  return [
    {
      ...axis,
      incrs: minutes,
      values: [
        [3_600, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, null, null, null, null, 0],
        [1, '{HH}:{mm}', null, null, null, null, null, null, 0],
      ],
    },
    { ...axis, size: 56, incrs: increments, values: (_plot, splits) => splits.map(formatTick) },
  ];
}

const formatTick = (value: number) => formatCount(BigInt(Math.round(value)));
