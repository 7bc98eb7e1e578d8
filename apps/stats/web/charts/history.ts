import { html } from 'lit-html';
import type uPlot from 'uplot';
import type { HistoryPoint } from '../../src/page/history-points.ts';
import { getJson } from '../api.ts';
import { find, show } from '../elements/dom.ts';
import { formatCount, formatRate } from '../format/numbers.ts';
import { formatClock, formatTime, zoneName } from '../format/time.ts';
import { createPlot, showChartTable, swatchOf } from './plot.ts';

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly fill?: string;
  readonly pick: (point: HistoryPoint) => number | null;
}

interface HistoryChart {
  readonly id: string;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
}

const numberOf = (text: string | null) => (text === null ? null : Number(text));

const charts: readonly HistoryChart[] = [
  {
    id: 'lag-history',
    lines: [{ name: 'lag', colour: '#d29922', fill: '#d2992233', pick: ({ lag }) => numberOf(lag) }],
    format: (value) => formatCount(BigInt(value)),
  },
  {
    id: 'rate-history',
    lines: [
      { name: 'produced', colour: '#2f81f7', pick: ({ producedPerSecond }) => producedPerSecond },
      { name: 'consumed', colour: '#3fb950', pick: ({ consumedPerSecond }) => consumedPerSecond },
    ],
    format: formatRate,
  },
];

const HEIGHT = 176;
const plots = new Map<string, uPlot>();

/**
 * Fetches the samples of the range and shows them.
 * @throws Error with one line for the user
 */
export async function refreshHistory(range: number): Promise<void> {
  const { points } = await getJson<{ points: readonly HistoryPoint[] }>(`/api/history?minutes=${range}`);
  for (const chart of charts) showChart(chart, points, range);
}

function showChart(chart: HistoryChart, points: readonly HistoryPoint[], range: number): void {
  const slots = withGaps(points, range);
  const data: uPlot.AlignedData = [
    slots.map(({ second }) => second),
    ...chart.lines.map(({ pick }) => slots.map(({ point }) => (point === undefined ? null : pick(point)))),
  ];
  const plot = plots.get(chart.id);
  if (plot === undefined) drawPlot(chart, data);
  else plot.setData(data);
  showTable(chart, points);
}

function drawPlot({ id, lines, format }: HistoryChart, data: uPlot.AlignedData): void {
  const series = lines.map(({ name, colour, fill }) => ({
    label: name,
    stroke: colour,
    ...(fill ? { fill } : {}),
  }));
  const onValues = (drawn: uPlot) => showValues(drawn, id, lines, format);
  const plot = createPlot(find(id), { height: HEIGHT, series, data, onValues });
  if (plot === undefined) return;
  plots.set(id, plot);
  onValues(plot);
}

/** The numbers of a chart, the newest first. */
function showTable({ id, lines, format }: HistoryChart, points: readonly HistoryPoint[]): void {
  const titles = lines.map(({ name }) => ({ title: name, isNumber: true }));
  showChartTable(id, [{ title: `Time (${zoneName})` }, ...titles], () =>
    points
      .map((point) => [formatTime(point.at), ...lines.map(({ pick }) => formatValue(pick(point), format))])
      .reverse(),
  );
}

const formatValue = (value: number | null | undefined, format: HistoryChart['format']) =>
  value === null || value === undefined ? 'n/a' : format(value);

interface Slot {
  readonly second: number;
  readonly point: HistoryPoint | undefined;
}

/** The points of the whole range, with gaps for times without samples. */
function withGaps(points: readonly HistoryPoint[], range: number): readonly Slot[] {
  const last = points.at(-1);
  const end = last === undefined ? Date.now() / 1_000 : Date.parse(last.at) / 1_000;
  const step = Math.max(10, Math.ceil(range / 60) * 10);
  const slots: Slot[] = [{ second: end - range * 60, point: undefined }];
  for (const point of points) {
    const second = Date.parse(point.at) / 1_000;
    const before = slots.at(-1)?.second ?? second;
    if (second - before > 3 * step) slots.push({ second: before + 1, point: undefined });
    if (second > before) slots.push({ second, point });
  }
  return slots;
}

/** Shows the values under the pointer, or else the latest ones. */
function showValues(plot: uPlot, id: string, lines: readonly Line[], format: HistoryChart['format']): void {
  const [times = []] = plot.data;
  const index = plot.cursor.idx ?? times.length - 1;
  const time = times[index];
  const values = lines.map(({ name, colour }, line) => {
    const value = formatValue(plot.data[line + 1]?.[index], format);
    return html`<span>${swatchOf(colour)}${name} ${value}</span>`;
  });
  const moment = time === undefined ? '' : `${formatClock(time)} ${zoneName}`;
  show(`${id}-values`, html`${values}<span>${moment}</span>`);
}
