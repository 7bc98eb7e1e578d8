/** What is known to be wrong with a package that the lockfile names, as `pnpm audit --json` says it. */
export interface Advisory {
  readonly github_advisory_id: string;
  readonly module_name: string;
  readonly severity: string;
  readonly title: string;
  readonly vulnerable_versions: string;
  readonly url: string;
}

/** An advisory that does not hurt here, for a while. */
export interface Waiver {
  /** GitHub's name of it, such as `GHSA-aaaa-bbbb-cccc`. */
  readonly advisory: string;
  /** The last day on which it counts, such as `2027-01-31`. */
  readonly until: string;
  readonly because: string;
}

/** One line for each advisory that nobody has waived, and for each waiver that has run out or waives nothing. */
export function findProblems(
  advisories: readonly Advisory[],
  waivers: readonly Waiver[],
  today: string,
): readonly string[] {
  const waived = new Set(waivers.filter(({ until }) => until >= today).map(({ advisory }) => advisory));
  const found = new Set(advisories.map((one) => one.github_advisory_id));
  return [
    ...advisories.filter((one) => !waived.has(one.github_advisory_id)).map(toLine),
    ...waivers
      .filter(({ until }) => until < today)
      .map(({ advisory }) => `${advisory}: its waiver has run out`),
    ...waivers
      .filter(({ advisory }) => !found.has(advisory))
      .map(({ advisory }) => `${advisory}: is waived for nothing`),
  ];
}

function toLine(one: Advisory): string {
  return `${one.github_advisory_id}: ${one.severity}, ${one.module_name} ${one.vulnerable_versions}: ${one.title}, ${one.url}`;
}
