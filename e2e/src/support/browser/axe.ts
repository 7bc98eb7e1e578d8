import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** The accessibility problems that axe finds: for each, the rule and the first element that breaks it. */
export async function findAccessibilityProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const findings: readonly Finding[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
  return findings.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
