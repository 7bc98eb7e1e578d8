import { html } from 'lit-html';
import { find, show } from '../elements/dom.ts';
import { reasons } from '../format/reasons.ts';
import { fromField, toField } from '../format/time.ts';
import { type Filter, hrefOf } from './query.ts';

const fields = ['reason', 'type', 'topic', 'status', 'since', 'until', 'contains'] as const;

/** Shows the form of the filter; submitting it opens the URL of the chosen filter. */
export function showFilters(filter: Filter): void {
  showOptions('reason', Object.keys(reasons));
  showOptions('status', ['open', 'redriven', 'discarded']);
  for (const name of fields) fieldOf(name).value = fieldValueOf(filter, name);
  if (filter.untyped) fieldOf('type').setAttribute('placeholder', 'none');
  find('filters').onsubmit = (event) => {
    event.preventDefault();
    location.href = hrefOf(readForm(filter));
  };
}

const isTime = (name: string) => name === 'since' || name === 'until';

function fieldValueOf(filter: Filter, name: (typeof fields)[number]): string {
  const value = filter[name] ?? '';
  return value !== '' && isTime(name) ? toField(value) : value;
}

// By id, because a form's own properties are hidden by fields with the same names.
const fieldOf = (name: (typeof fields)[number]) =>
  find(`filter-${name}`) as HTMLInputElement | HTMLSelectElement;

/** "Without a type" stays chosen until a type is entered. */
function readForm({ untyped }: Filter): Readonly<Record<string, string | undefined>> {
  const chosen = Object.fromEntries(
    fields.map((name) => [name, isTime(name) ? fromField(fieldOf(name).value) : fieldOf(name).value]),
  );
  return { ...chosen, ...(chosen['type'] ? {} : { untyped }) };
}

function showOptions(name: 'reason' | 'status', options: readonly string[]): void {
  const others = options.map((option) => html`<option value=${option}>${option}</option>`);
  show(`filter-${name}`, html`<option value="">any</option>${others}`);
}
