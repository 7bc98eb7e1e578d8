import { element, find, setLength, setText } from '../elements/dom.ts';
import { formatCount } from '../format/numbers.ts';
import { toVisible } from '../format/text.ts';
import { formatClock, zoneName } from '../format/time.ts';

interface LegendEntry {
  readonly name: string;
  readonly colour: string;
  readonly value: number;
  readonly isShown: boolean;
}

export interface Legend {
  /** Unix time, in seconds, of the minute whose values are shown. */
  readonly time: number | undefined;
  readonly entries: readonly LegendEntry[];
  readonly onToggle: (name: string) => void;
}

/** Shows a button per line, pressed while the line is shown, with its value in one minute. */
export function showLegend({ time, entries, onToggle }: Legend): void {
  const target = find('legend');
  const [moment, ...buttons] = setLength(target, entries.length === 0 ? 0 : entries.length + 1, () =>
    target.childElementCount === 0 ? element('span', '', { class: 'quiet' }) : createButton(),
  );
  if (moment !== undefined && time !== undefined)
    setText(moment, `${formatClock(time).slice(0, 5)} ${zoneName}`);
  entries.forEach((entry, index) => {
    const button = buttons[index];
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
