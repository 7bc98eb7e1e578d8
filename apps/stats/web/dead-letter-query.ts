/** What of the URL chooses letters; the API knows the same names. */
const filterNames = ['reason', 'type', 'untyped', 'status', 'since', 'until', 'contains'] as const;

export type Filter = Readonly<Partial<Record<(typeof filterNames)[number], string>>>;

/** The filter that the URL holds, as the API takes it: a time without a zone is one of UTC. */
export function filterOf(search: string): Filter {
  const query = new URLSearchParams(search);
  return Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = query.get(name);
      return value ? [[name, value]] : [];
    }),
  );
}

/** A time as `datetime-local` takes it, which knows no zone; empty for what is none. */
export function toField(time: string): string {
  const hasZone = /(Z|[+-]\d\d:\d\d)$/i.test(time);
  const moment = new Date(hasZone || !time.includes(':') ? time : `${time}Z`);
  return Number.isNaN(moment.getTime()) ? '' : moment.toISOString().slice(0, 19);
}

/** The same page with other letters; what is empty is left out. */
export function hrefOf(change: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(change).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const query = new URLSearchParams(entries).toString();
  return query === '' ? '/dead-letters' : `/dead-letters?${query}`;
}
