import { html } from 'lit-html';
import type uPlot from 'uplot';
import type { RollupsAnswer } from '../../src/page/server.ts';
import { getJson } from '../api.ts';
import { find, show } from '../elements/dom.ts';
import type { Column } from '../elements/table.ts';
import { formatBucket, formatKey } from '../format/rollups.ts';
import { toVisible } from '../format/text.ts';
import { formatTime, zoneName } from '../format/time.ts';
import { colourOf, colours, numberOf, showChartTable, showPlot, swatchOf } from './plot.ts';

type Rollup = RollupsAnswer['rollups'][number];
type Value = Rollup['values'][number];

const HEIGHT = 176;

/**
 * Fetches the roll-ups and shows a chart of each that has values or is being filled.
 * @throws Error with one line for the user
 */
export async function refreshRollups(): Promise<void> {
  const { rollups } = await getJson<RollupsAnswer>('api/rollups');
  const shown = rollups.filter(({ isFilling, values }) => isFilling || values.length > 0);
  find('rollups').hidden = shown.length === 0;
  show('rollups', shown.map(panelOf));
  shown.forEach(showRollup);
}

function panelOf({ eventType, name, by, bucketMinutes, isFilling }: Rollup, index: number) {
  const id = `rollup-${index}`;
  const title = `${toVisible(eventType, 40)} ${name} per ${formatBucket(bucketMinutes)}`;
  const keys = by.length === 0 ? '' : ` by ${by.map((one) => toVisible(one, 40)).join(', ')}`;
  return html`<section class="panel" aria-labelledby=${`${id}-title`}>
    <h2 id=${`${id}-title`}>${title}${keys}</h2>
    <p class="quiet" ?hidden=${!isFilling}>Stored events are still being added.</p>
    <p id=${`${id}-values`} class="values"></p>
    <div id=${id} class="chart small" role="img" aria-label=${`Chart of ${title}; the table below has the same numbers`}></div>
    <details id=${`${id}-table`} class="chart-table">
      <summary>Show as a table</summary>
      <section id=${`${id}-rows`} class="scroll" tabindex="0" aria-label=${`${title} as a table`}></section>
    </details>
  </section>`;
}

/** The values of a key by the second at which their bucket begins. */
interface Line {
  readonly name: string;
  readonly values: ReadonlyMap<number, string | null>;
}

/** The lines of each chart as they were shown last: a chart keeps the functions that it was created with. */
const shownLines = new Map<string, readonly Line[]>();

function showRollup({ values, bucketMinutes }: Rollup, index: number): void {
  if (values.length === 0) return;
  const id = `rollup-${index}`;
  const lines = toLines(values);
  shownLines.set(id, lines);
  const times = [...new Set(values.map(secondOf))];
  const plotted = withRoom(times, 60 * bucketMinutes);
  const numbers = lines.map((line) => plotted.map((time) => numberOf(line.values.get(time))));
  showPlot(id, {
    height: HEIGHT,
    series: lines.map(({ name }, line) => ({ label: name, stroke: colourOf(line) })),
    data: [plotted, ...numbers],
    onValues: (plot) => showValues(plot, id, shownLines.get(id) ?? []),
  });
  const columns = lines.map((line): Column<number> => [line.name, (time) => textOf(line, time), 'number']);
  const toBucket = (time: number) => formatTime(new Date(time * 1_000).toISOString()).slice(0, 16);
  showChartTable(id, [[`Bucket (${zoneName})`, toBucket], ...columns], times);
}

/** A chart of one bucket begins with the one before, because an axis needs a length. */
function withRoom(times: readonly number[], seconds: number): number[] {
  const [first] = times;
  return first === undefined || times.length > 1 ? [...times] : [first - seconds, first];
}

/** The keys with the most events, in the order of their names. */
function toLines(values: readonly Value[]): readonly Line[] {
  const keys = [...Map.groupBy(values, ({ key }) => formatKey(key))];
  const eventsOf = (some: readonly Value[]) => some.reduce((sum, { events }) => sum + Number(events), 0);
  return keys
    .sort(([, a], [, b]) => eventsOf(b) - eventsOf(a))
    .slice(0, colours.length)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, some]) => ({
      name: toVisible(name, 40),
      values: new Map(some.map((one) => [secondOf(one), one.value])),
    }));
}

const secondOf = ({ bucket }: Value) => Date.parse(bucket) / 1_000;
const textOf = ({ values }: Line, time: number) => values.get(time) ?? 'n/a';

/** Shows the values under the pointer, or else those of the latest bucket. */
function showValues(plot: uPlot, id: string, lines: readonly Line[]): void {
  const [times = []] = plot.data;
  const time = times[plot.cursor.idx ?? times.length - 1];
  if (time === undefined) return;
  const values = lines.map(
    (line, index) => html`<span>${swatchOf(colourOf(index))}${line.name} ${textOf(line, time)}</span>`,
  );
  const bucket = `${formatTime(new Date(time * 1_000).toISOString()).slice(0, 16)} ${zoneName}`;
  show(`${id}-values`, html`${values}<span>${bucket}</span>`);
}
