import versions from '../versions.json' with { type: 'json' };
import { replacePart } from './replace-part.ts';
import { renderTable } from './table.ts';

/** Numbers of tests. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What `pnpm --filter e2e versions` found for one pair of versions. */
export interface TestedPair {
  /** Such as `4.0.2`. */
  readonly kafka: string;
  /** Such as `15.18`. */
  readonly postgres: string;
  /** The date in UTC. */
  readonly testedOn: string;
  readonly suites: Readonly<Record<string, Counts>>;
}

/** `docs/support.md`: the page with the matrix replaced. @throws Error if it is not marked */
export function renderSupport(page: string): string {
  return replacePart(page, 'versions', renderVersions(versions));
}

/** The support matrix as a Markdown table: a row per pair, a column per suite. */
export function renderVersions(pairs: readonly TestedPair[]): string {
  const names = Object.keys(pairs[0]?.suites ?? {});
  const rows = pairs.map(({ kafka, postgres, testedOn, suites }) => [
    kafka,
    postgres,
    ...names.map((name) => describeCounts(suites[name])),
    testedOn,
  ]);
  return renderTable(['Kafka', 'Postgres', ...names, 'tested on'], rows);
}

function describeCounts({ passed, failed, skipped }: Counts = { passed: 0, failed: 0, skipped: 0 }): string {
  const rare = [
    [failed, 'failed'],
    [skipped, 'skipped'],
  ] as const;
  return [`${passed} passed`, ...rare.filter(([count]) => count > 0).map((words) => words.join(' '))].join(
    ', ',
  );
}
