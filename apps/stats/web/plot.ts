import type uPlot from 'uplot';

/** What is drawn over time. */
export interface PlotOptions {
  readonly height: number;
  readonly series: readonly (Pick<uPlot.Series, 'dash' | 'fill'> & {
    readonly label: string;
    readonly stroke: string;
  })[];
  /** Seconds since 1970, then the values of each series; null is a gap. */
  readonly data: uPlot.AlignedData;
  /** Called when values change, or the pointer goes to others. */
  readonly onValues: (plot: uPlot) => void;
  readonly drawBehind?: (plot: uPlot) => void;
}

const counts = [1, 2, 5].flatMap((one) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((power) => one * 10 ** power));

/** Draws lines from 0 up over time, in UTC and in the colours of the page. */
export function createPlot(place: HTMLElement, options: PlotOptions): uPlot {
  const { uPlot: Plot } = globalThis as unknown as { uPlot: typeof uPlot };
  const { height, series, data, onValues, drawBehind } = options;
  return new Plot(
    {
      width: place.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false },
      tzDate: (seconds) => Plot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
      scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] } },
      axes: createAxes(),
      series: [{}, ...series.map((one) => ({ ...one, width: 2, points: { show: false } }))],
      hooks: {
        drawClear: drawBehind === undefined ? [] : [drawBehind],
        setCursor: [onValues],
        setData: [onValues],
      },
    },
    data,
    place,
  );
}

function createAxes(): uPlot.Axis[] {
  const grey = getComputedStyle(document.body).getPropertyValue('color');
  const axis = { stroke: grey, grid: { stroke: '#8884', width: 1 }, ticks: { stroke: '#8884', width: 1 } };
  return [
    {
      ...axis,
      values: [
        [3_600, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, null, null, null, null, 0],
        [1, '{HH}:{mm}', null, null, null, null, null, null, 0],
      ],
    },
    { ...axis, size: 56, incrs: counts.sort((a, b) => a - b) },
  ];
}
