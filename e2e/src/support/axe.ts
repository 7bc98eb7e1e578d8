import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What makes a page hard to use for some, one line for each: the rule and the first element that breaks it. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const findings: readonly Finding[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
  return findings.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
