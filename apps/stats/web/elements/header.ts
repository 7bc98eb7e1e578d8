import { toggleZone, zoneName } from '../format/time.ts';
import { find, show } from './dom.ts';

/** Marks the current page in the navigation and prepares the time zone toggle. */
export function showHeader(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.top nav a'))
    if (link.pathname === location.pathname) link.setAttribute('aria-current', 'page');
  const button = find('zone');
  show('zone', `Time: ${zoneName}`);
  button.title = `Show times in ${zoneName === 'UTC' ? 'local time' : 'UTC'}`;
  button.onclick = toggleZone;
  for (const label of document.querySelectorAll('.zone')) label.textContent = zoneName;
}

/** Sets the title of the browser tab: the content of the page, and the pipeline. */
export function setTitle(text: string): void {
  document.title = `${text} · ${find('pipeline').textContent}`;
}
