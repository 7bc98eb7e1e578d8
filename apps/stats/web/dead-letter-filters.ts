import { type Filter, hrefOf, toField } from './dead-letter-query.ts';
import { element, find } from './elements.ts';
import { reasons } from './reasons.ts';

const fields = ['reason', 'type', 'status', 'since', 'until', 'contains'] as const;

/** The form of the filter; sending it leads to the URL that holds what was chosen. */
export function showFilters(filter: Filter): void {
  fillSelect('reason', Object.keys(reasons));
  fillSelect('status', ['open', 'redriven', 'discarded']);
  for (const name of fields) fieldOf(name).value = fieldValueOf(filter, name);
  if (filter.untyped) fieldOf('type').setAttribute('placeholder', 'none');
  find('filters').onsubmit = (event) => {
    event.preventDefault();
    location.href = hrefOf(readForm(filter));
  };
}

function fieldValueOf(filter: Filter, name: (typeof fields)[number]): string {
  const value = filter[name] ?? '';
  return value !== '' && (name === 'since' || name === 'until') ? toField(value) : value;
}

// By id: a form hides its own members behind fields that have their names.
const fieldOf = (name: (typeof fields)[number]) =>
  find(`filter-${name}`) as HTMLInputElement | HTMLSelectElement;

/** Letters without a type stay chosen until a type is named. */
function readForm({ untyped }: Filter): Readonly<Record<string, string | undefined>> {
  const chosen = Object.fromEntries(fields.map((name) => [name, fieldOf(name).value]));
  return { ...chosen, ...(chosen['type'] ? {} : { untyped }) };
}

function fillSelect(name: 'reason' | 'status', options: readonly string[]): void {
  fieldOf(name).replaceChildren(
    element('option', 'any', { value: '' }),
    ...options.map((option) => element('option', option, { value: option })),
  );
}
