import { html } from 'lit-html';
import type { Report } from '../../src/page/report.ts';
import { find, show } from '../elements/dom.ts';
import { formatAge, formatCount, formatThings } from '../format/numbers.ts';

/** Shows the newest proof, if there is one. */
export function showProof({ proof }: Report): void {
  find('proof').hidden = proof === null;
  if (proof === null) return;
  const { records, differences, ageSeconds } = proof;
  const found = differences === '0' ? 'no differences' : `differences: ${formatCount(differences)}`;
  const text = `Proven ${formatAge(ageSeconds)}: ${formatThings(records, 'record')}, ${found}`;
  show('proof', html`<a href="api/proof" class=${differences === '0' ? '' : 'warn'}>${text}</a>`);
}
