import { element, find } from './elements.ts';

const ranges = new Map([
  ['15m', 15],
  ['1h', 60],
  ['6h', 360],
  ['24h', 1_440],
]);

/** The range that the URL names, in minutes; an hour when it names none. */
export function rangeMinutes(): number {
  return ranges.get(currentName()) ?? 60;
}

function currentName(): string {
  const name = new URLSearchParams(location.search).get('range') ?? '';
  return ranges.has(name) ? name : '1h';
}

/** Links, so that a range can be shared. */
export function showRanges(): void {
  find('ranges').replaceChildren(...[...ranges.keys()].map(createLink));
}

function createLink(name: string): HTMLElement {
  const current = name === currentName() ? { 'aria-current': 'true' } : {};
  return element('a', name, { href: `?range=${name}`, ...current });
}
