/** What of the URL chooses letters; the API knows the same names. */
const filterNames = ['reason', 'type', 'untyped', 'status', 'since', 'until', 'contains'] as const;

export type Filter = Readonly<Partial<Record<(typeof filterNames)[number], string>>>;

/** The filter that the URL holds; a time of the form is one of UTC. */
export function filterOf(search: string): Filter {
  const query = new URLSearchParams(search);
  return Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = query.get(name);
      return value ? [[name, value]] : [];
    }),
  );
}

/** The filter as the API takes it. */
export function toApi({ since, until, ...others }: Filter): Readonly<Record<string, string>> {
  return { ...others, ...(since ? { since: toUtc(since) } : {}), ...(until ? { until: toUtc(until) } : {}) };
}

/** `datetime-local` knows no zone. */
function toUtc(time: string): string {
  return /[zZ]$|[+-]\d\d:\d\d$/.test(time) ? time : `${time}Z`;
}

/** The same page with other letters; what is empty is left out. */
export function hrefOf(change: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(change).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const query = new URLSearchParams(entries).toString();
  return query === '' ? '/dead-letters' : `/dead-letters?${query}`;
}
