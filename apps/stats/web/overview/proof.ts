import { html } from 'lit-html';
import type { Report } from '../../src/page/report.ts';
import { find, show } from '../elements/dom.ts';
import { formatProof, isClean } from '../format/proof.ts';

/** Shows the newest proof, if there is one. */
export function showProof({ proof }: Report): void {
  find('proof').hidden = proof === null;
  if (proof === null) return;
  show('proof', html`<a href="api/proof" class=${isClean(proof) ? '' : 'warn'}>${formatProof(proof)}</a>`);
}
