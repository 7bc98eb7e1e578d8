import { render } from 'lit-html';

/**
 * The element with an id.
 * @throws if the page has none
 */
export function find(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}

const shown = new WeakSet<HTMLElement>();

/**
 * Shows a text or a template in the element with an id, in place of its initial content. Only differences are
 * applied: selection and focus are kept, and screen readers announce only changes.
 */
export function show(id: string, content: unknown): void {
  const target = find(id);
  if (!shown.has(target)) target.replaceChildren();
  shown.add(target);
  render(content, target);
}
