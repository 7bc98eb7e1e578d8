/** A known vulnerability of a package in the lockfile, as reported by `pnpm audit --json`. */
export interface Advisory {
  readonly github_advisory_id: string;
  readonly module_name: string;
  readonly severity: string;
  readonly title: string;
  readonly vulnerable_versions: string;
  readonly url: string;
}

/** An advisory that is accepted until a date. */
export interface Waiver {
  /** GitHub's id, such as `GHSA-aaaa-bbbb-cccc`. */
  readonly advisory: string;
  /** Last day of the waiver, such as `2027-01-31`. */
  readonly until: string;
  readonly because: string;
}

/** One line per unwaived advisory, and per waiver that has expired or matches no advisory. */
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
      .map(({ advisory }) => `${advisory}: its waiver has expired`),
    ...waivers
      .filter(({ advisory }) => !found.has(advisory))
      .map(({ advisory }) => `${advisory}: its waiver matches no advisory`),
  ];
}

function toLine(one: Advisory): string {
  return `${one.github_advisory_id}: ${one.severity}, ${one.module_name} ${one.vulnerable_versions}: ${one.title}, ${one.url}`;
}
