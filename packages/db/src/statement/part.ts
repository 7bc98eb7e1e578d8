/** A part of the text of a statement, with the names of its parameters, which may repeat. */
export interface Part<Name extends string = never> {
  /** The texts around the parameters: one more than there are names. */
  readonly texts: readonly string[];
  readonly names: readonly Name[];
}

type Hole = string | Part<string>;

type NameIn<One extends Hole> = One extends Part<infer Name> ? Name : One extends string ? One : never;

/**
 * A tagged template for parts of statements. Its values are other parts, and names of parameters. A statement is put
 * together once, and gets the values of its parameters whenever it is run (`prepared.ts`, `literals.ts`).
 */
export function part<const Holes extends readonly Hole[]>(
  strings: TemplateStringsArray,
  ...holes: Holes
): Part<NameIn<Holes[number]>> {
  const texts = [strings[0] ?? ''];
  const names: string[] = [];
  for (const [index, hole] of holes.entries()) {
    const inner = typeof hole === 'string' ? { texts: ['', ''], names: [hole] } : hole;
    const [first = '', ...others] = inner.texts;
    texts[texts.length - 1] += first;
    texts.push(...others);
    texts[texts.length - 1] += strings[index + 1] ?? '';
    names.push(...inner.names);
  }
  return { texts, names: names as NameIn<Holes[number]>[] };
}

/** A part with this text. */
export function text(sql: string): Part {
  return { texts: [sql], names: [] };
}

/** The text of a part with its parameters replaced. */
export function replaceNames<Name extends string>(
  { texts, names }: Part<Name>,
  replace: (name: Name) => string,
): string {
  return names.reduce((all, name, index) => all + replace(name) + texts[index + 1], texts[0] ?? '');
}
