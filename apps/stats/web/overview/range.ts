import { html, nothing } from 'lit-html';
import { show } from '../elements/dom.ts';
import type { Minute } from './minutes.ts';

const ranges = [
  ['5m', 5],
  ['15m', 15],
  ['1h', 60],
  ['6h', 360],
  ['24h', 1_440],
] as const;

/** The longest range, in minutes. */
export const MAX_RANGE = 1_440;

/** The share of all events that the initial range must contain: a few late ones do not widen it. */
const ENOUGH = 0.95;

/** The range in the URL, in minutes; undefined if it has none. */
export function requestedRange(): number | undefined {
  const requested = new URLSearchParams(location.search).get('range');
  return ranges.find(([name]) => name === requested)?.[1];
}

/** The shortest range, in minutes, that contains nearly all of the events. */
export function chooseRange(minutes: readonly Minute[], nowMs: number): number {
  const countSince = (fromMs: number) =>
    minutes.reduce((sum, { minute, count }) => (Date.parse(minute) > fromMs ? sum + Number(count) : sum), 0);
  const all = countSince(Number.NEGATIVE_INFINITY);
  const chosen = ranges.find(([, range]) => countSince(nowMs - range * 60_000) >= ENOUGH * all);
  return chosen?.[1] ?? MAX_RANGE;
}

/** Shows the ranges as links, so that a view can be shared. */
export function showRanges(current: number): void {
  const currentIf = (range: number) => (range === current ? 'true' : nothing);
  const toLink = ([name, range]: (typeof ranges)[number]) =>
    html`<a href=${`?range=${name}`} aria-current=${currentIf(range)}>${name}</a>`;
  show('ranges', ranges.map(toLink));
}
