import type uPlot from 'uplot';
import type { HistoryPoint } from '../src/history-points.ts';
import { getJson } from './api.ts';
import { element, find, setLength, setText } from './elements.ts';
import { createPlot } from './plot.ts';
import { formatCount, formatRate, formatTime } from './text.ts';

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
    lines: [{ name: 'waiting', colour: '#d29922', fill: '#d2992233', pick: ({ lag }) => numberOf(lag) }],
    format: (value) => formatCount(BigInt(value)),
  },
  {
    id: 'rate-history',
    lines: [
      { name: 'come in', colour: '#2f81f7', pick: ({ producedPerSecond }) => producedPerSecond },
      { name: 'read', colour: '#3fb950', pick: ({ consumedPerSecond }) => consumedPerSecond },
    ],
    format: formatRate,
  },
];

const HEIGHT = 176;

const plots = new Map<string, uPlot>();
let points: readonly HistoryPoint[] = [];

/**
 * Asks for what was seen in the whole range, and shows it.
 * @throws Refusal
 */
export async function refreshHistory(range: number): Promise<void> {
  ({ points } = await getJson<{ points: readonly HistoryPoint[] }>(`/api/history?minutes=${range}`));
  for (const chart of charts) showChart(chart, range);
}

function showChart(chart: HistoryChart, range: number): void {
  const shown = withGaps(points, range);
  const data: uPlot.AlignedData = [
    shown.map(({ second }) => second),
    ...chart.lines.map(({ pick }) => shown.map(({ point }) => (point === undefined ? null : pick(point)))),
  ];
  const plot = plots.get(chart.id);
  if (plot !== undefined) plot.setData(data);
  else plots.set(chart.id, drawAnew(chart, data));
}

function drawAnew({ id, lines, format }: HistoryChart, data: uPlot.AlignedData): uPlot {
  const series = lines.map(({ name, colour, fill }) => ({
    label: name,
    stroke: colour,
    ...(fill ? { fill } : {}),
  }));
  const onValues = (plot: uPlot) => showValues(plot, id, lines, format);
  const plot = createPlot(find(id), { height: HEIGHT, series, data, onValues });
  onValues(plot);
  return plot;
}

interface Place {
  readonly second: number;
  readonly point: HistoryPoint | undefined;
}

/** The range from its start to its end; nothing where nobody looked. */
function withGaps(all: readonly HistoryPoint[], range: number): readonly Place[] {
  const last = all.at(-1);
  const end = last === undefined ? Date.now() / 1_000 : Date.parse(last.at) / 1_000;
  const step = Math.max(10, Math.ceil(range / 60) * 10);
  const places: Place[] = [{ second: end - range * 60, point: undefined }];
  for (const point of all) {
    const second = Date.parse(point.at) / 1_000;
    const before = places.at(-1)?.second ?? second;
    if (second - before > 3 * step) places.push({ second: before + 1, point: undefined });
    if (second > before) places.push({ second, point });
  }
  return places;
}

/** The values under the pointer, else the latest ones. */
function showValues(plot: uPlot, id: string, lines: readonly Line[], format: HistoryChart['format']): void {
  const [times = []] = plot.data;
  const at = plot.cursor.idx ?? times.length - 1;
  const time = times[at];
  const parts = setLength(find(`${id}-values`), lines.length + 1, createPart);
  lines.forEach(({ name, colour }, line) => {
    const value = plot.data[line + 1]?.[at];
    fillPart(parts[line], colour, `${name} ${value === null || value === undefined ? 'n/a' : format(value)}`);
  });
  fillPart(
    parts.at(-1),
    '',
    time === undefined ? '' : `${formatTime(new Date(time * 1_000).toISOString()).slice(11)} UTC`,
  );
}

function createPart(): HTMLElement {
  const part = element('span');
  part.append(element('i'), element('span'));
  return part;
}

function fillPart(part: Element | undefined, colour: string, text: string): void {
  const [swatch, words] = part?.children ?? [];
  if (swatch instanceof HTMLElement) {
    swatch.style.background = colour;
    swatch.hidden = colour === '';
  }
  if (words !== undefined) setText(words, text);
}

/** Follows the width of the page, and its colours. */
export function watchHistory(range: number): void {
  addEventListener('resize', () => {
    for (const [id, plot] of plots) plot.setSize({ width: find(id).clientWidth, height: HEIGHT });
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const plot of plots.values()) plot.destroy();
    plots.clear();
    for (const chart of charts) showChart(chart, range);
  });
}
