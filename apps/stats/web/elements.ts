/** Where a part of the page goes. */
export function find(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}

/** An element with text: never markup, whatever the text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = '',
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

/** Changes a text only where it differs: what is selected or focused stays, and a screen reader says only what is new. */
export function setText(place: Element, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

/** As many children as wanted: new ones are made, the last ones go. */
export function setLength(parent: Element, length: number, make: () => Element): readonly Element[] {
  while (parent.children.length > length) parent.lastElementChild?.remove();
  while (parent.children.length < length) parent.append(make());
  return [...parent.children];
}
