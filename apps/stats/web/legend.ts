import { element, find, setLength, setText } from './elements.ts';
import { formatCount, formatTime, toVisible } from './text.ts';

interface LegendEntry {
  readonly name: string;
  readonly colour: string;
  readonly value: number;
  readonly isShown: boolean;
}

export interface Legend {
  /** Seconds since 1970 of the minute whose values are shown. */
  readonly time: number | undefined;
  readonly entries: readonly LegendEntry[];
  readonly onToggle: (name: string) => void;
}

/** A button per line, pressed while the line is shown; the values are those of one minute. */
export function showLegend({ time, entries, onToggle }: Legend): void {
  const place = find('legend');
  const [moment, ...buttons] = setLength(place, entries.length === 0 ? 0 : entries.length + 1, () =>
    place.childElementCount === 0 ? element('span', '', { class: 'quiet' }) : createButton(),
  );
  if (moment !== undefined && time !== undefined)
    setText(moment, `${formatTime(new Date(time * 1_000).toISOString()).slice(11, 16)} UTC`);
  entries.forEach((entry, at) => {
    const button = buttons[at];
    if (button instanceof HTMLButtonElement) fillButton(button, entry, onToggle);
  });
}

function createButton(): HTMLElement {
  const button = element('button', '', { type: 'button' });
  button.append(element('i'), element('span'));
  return button;
}

function fillButton(button: HTMLButtonElement, entry: LegendEntry, onToggle: Legend['onToggle']): void {
  const { name, colour, value, isShown } = entry;
  const [swatch, text] = button.children;
  if (swatch instanceof HTMLElement) swatch.style.background = colour;
  if (text !== undefined) setText(text, `${toVisible(name, 40)} ${formatCount(BigInt(value))}`);
  button.setAttribute('aria-pressed', String(isShown));
  button.onclick = () => onToggle(name);
}
