import type postgres from 'postgres';

/**
 * The tagged template for statements; its values become parameters. Statements write the schema of the
 * pipeline's tables as `pipeline`, such as `pipeline.raw_events`: a transaction pooler would not keep a
 * `search_path`. Data in the text of `unsafe` must not contain that.
 */
export type Sql = postgres.Sql<{ readonly bigint: bigint }>;

/** `pipeline.` before a name, and not as a part of a longer name. */
const placeholder = /(?<![\w".])pipeline\.(?=[a-z_"]|$)/g;

/** Converts texts and templates to a schema. */
interface Converter {
  readonly toText: (text: string) => string;
  /** Converts the text of a prepared statement once. There are few: the server keeps them, too. */
  readonly toPrepared: (text: string) => string;
  readonly toTemplate: (template: TemplateStringsArray) => TemplateStringsArray;
}

type UnsafeOptions = postgres.UnsafeQueryOptions;

/** By schema, and not by pool: the driver keeps every template that it has run, for the stacks of errors. */
const converters = new Map<string, Converter>();

/**
 * Makes `pipeline.` stand for a schema in the text of statements, fragments, `unsafe` and transactions.
 * Parameters stay as they are. Converts each template once.
 */
export function inSchema(sql: Sql, schema: string): Sql {
  const converter = converters.get(schema) ?? createConverter(schema);
  converters.set(schema, converter);
  return convert(sql, converter);
}

function createConverter(schema: string): Converter {
  const toText = (text: string) => text.replaceAll(placeholder, `"${schema}".`);
  const prepared = new Map<string, string>();
  const toPrepared = (text: string) => {
    const known = prepared.get(text) ?? toText(text);
    prepared.set(text, known);
    return known;
  };
  const templates = new WeakMap<TemplateStringsArray, TemplateStringsArray>();
  const toTemplate = (template: TemplateStringsArray) => {
    const known = templates.get(template);
    if (known !== undefined) return known;
    const converted = Object.assign(template.map(toText), { raw: template.raw.map(toText) });
    templates.set(template, converted);
    return converted;
  };
  return { toText, toPrepared, toTemplate };
}

function convert(sql: Sql, converter: Converter): Sql {
  const unsafe = (text: string, ...others: readonly [args?: unknown, options?: UnsafeOptions]) => {
    const toText = others[1]?.prepare === true ? converter.toPrepared : converter.toText;
    return Reflect.apply(sql.unsafe, sql, [toText(text), ...others]);
  };
  const begin = (...args: unknown[]) => {
    const run = args.pop() as (transaction: Sql) => unknown;
    return Reflect.apply(sql.begin, sql, [...args, (one: Sql) => run(convert(one, converter))]);
  };
  return new Proxy(sql, {
    apply(target, self, args: unknown[]) {
      if (isTemplate(args[0])) args[0] = converter.toTemplate(args[0]);
      return Reflect.apply(target, self, args);
    },
    get: (target, name) =>
      name === 'unsafe' ? unsafe : name === 'begin' ? begin : Reflect.get(target, name),
  });
}

function isTemplate(value: unknown): value is TemplateStringsArray {
  return Array.isArray(value) && 'raw' in value;
}
