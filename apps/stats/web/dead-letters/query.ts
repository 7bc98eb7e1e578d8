/** The parameters of the URL that select dead letters; the API has the same names. */
const filterNames = ['reason', 'type', 'untyped', 'topic', 'status', 'since', 'until', 'contains'] as const;

export type Filter = Readonly<Partial<Record<(typeof filterNames)[number], string>>>;

/** The filter in the URL, with the parameters of the API. */
export function filterOf(search: string): Filter {
  const query = new URLSearchParams(search);
  return Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = query.get(name);
      return value ? [[name, value]] : [];
    }),
  );
}

/** The URL of the dead letters with these parameters; empty ones are left out. */
export function hrefOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(parameters).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const query = new URLSearchParams(entries).toString();
  return query === '' ? 'dead-letters' : `dead-letters?${query}`;
}
