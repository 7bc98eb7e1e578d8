import { html } from 'lit-html';
import type uPlot from 'uplot';
import type { HistoryAnswer } from '../../src/page/server.ts';
import { getJson } from '../api.ts';
import { show } from '../elements/dom.ts';
import type { Column } from '../elements/table.ts';
import { formatCount, formatRate } from '../format/numbers.ts';
import { formatClock, formatTime, zoneName } from '../format/time.ts';
import { numberOf, showChartTable, showPlot, swatchOf } from './plot.ts';

type Point = HistoryAnswer['points'][number];

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly fill?: string;
  readonly pick: (point: Point) => number | null;
}

interface HistoryChart {
  readonly id: string;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
}

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

/**
 * Fetches the samples of the range and shows them.
 * @throws Error with one line for the user
 */
export async function refreshHistory(range: number): Promise<void> {
  const { points } = await getJson<HistoryAnswer>(`api/history?minutes=${range}`);
  for (const chart of charts) showChart(chart, points, range);
}

function showChart(chart: HistoryChart, points: readonly Point[], range: number): void {
  const { id, lines, format } = chart;
  const slots = withGaps(points, range);
  showPlot(id, {
    height: HEIGHT,
    series: lines.map(({ name, colour, fill }) => ({ label: name, stroke: colour, ...(fill && { fill }) })),
    data: [
      slots.map(({ second }) => second),
      ...lines.map(({ pick }) => slots.map(({ point }) => point && pick(point))),
    ],
    onValues: (plot) => showValues(plot, chart),
  });
  const columns = lines.map(({ name, pick }): Column<Point> => {
    return [name, (point) => formatValue(pick(point), format), 'number'];
  });
  showChartTable(id, [[`Time (${zoneName})`, ({ at }) => formatTime(at)], ...columns], points);
}

const formatValue = (value: number | null | undefined, format: HistoryChart['format']) =>
  value === null || value === undefined ? 'n/a' : format(value);

interface Slot {
  readonly second: number;
  readonly point: Point | null;
}

/** The points of the whole range, with gaps for times without samples. */
function withGaps(points: readonly Point[], range: number): readonly Slot[] {
  const last = points.at(-1);
  const end = last === undefined ? Date.now() / 1_000 : Date.parse(last.at) / 1_000;
  const step = Math.max(10, Math.ceil(range / 60) * 10);
  const slots: Slot[] = [{ second: end - range * 60, point: null }];
  for (const point of points) {
    const second = Date.parse(point.at) / 1_000;
    const before = slots.at(-1)?.second ?? second;
    if (second - before > 3 * step) slots.push({ second: before + 1, point: null });
    if (second > before) slots.push({ second, point });
  }
  return slots;
}

/** Shows the values under the pointer, or else the latest ones. */
function showValues(plot: uPlot, { id, lines, format }: HistoryChart): void {
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
