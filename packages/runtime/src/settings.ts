import { readFileSync } from 'node:fs';

/** One setting: its default, its description and its parser. */
export interface Setting<Value> {
  /** The text used if the variable is unset; undefined if there is no default. */
  readonly fallback: string | undefined;
  /** The default as documentation shows it: the fallback, or a description if there is none. */
  readonly shownDefault: string;
  /** One line of documentation, with the unit and any special meaning of 0. */
  readonly about: string;
  /** What a valid value looks like, for the message about an invalid one. */
  readonly expected: string;
  /** A secret is masked in messages, and may be read from the file that `NAME_FILE` names. */
  readonly secret: boolean;
  /** The value of a text, or undefined if the text is invalid. @throws ValueError with a problem of its own */
  readonly parse: (text: string) => Value | undefined;
}

/** Settings by the names of their environment variables. */
export type SettingsSchema = Readonly<Record<string, Setting<unknown>>>;

/** The values of a schema, by the same names. */
export type Settings<Schema extends SettingsSchema> = {
  readonly [Name in keyof Schema]: Schema[Name] extends Setting<infer Value> ? Value : never;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown by a parser to describe what is wrong with a value. The message must not quote a secret. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/** All invalid settings of a process, one line each; the message contains no secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`invalid settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads the settings of a schema from environments in order of precedence. An empty variable counts as unset;
 * within one environment the file of a secret takes precedence over its value.
 * @throws SettingsError that lists every invalid setting
 */
export function readSettings<Schema extends SettingsSchema>(
  schema: Schema,
  ...environments: readonly Environment[]
): Settings<Schema> {
  const problems: string[] = [];
  const values = Object.entries(schema).map(([name, setting]) => {
    const result = readSetting(name, setting, environments);
    if ('problem' in result) problems.push(result.problem);
    return [name, 'value' in result ? result.value : undefined];
  });
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.fromEntries(values);
}

type ReadResult = { readonly value: unknown } | { readonly problem: string };

function readSetting(
  name: string,
  setting: Setting<unknown>,
  environments: readonly Environment[],
): ReadResult {
  const source = sourceOf(name, setting, environments);
  if ('problem' in source) return source;
  if (source.text === undefined) return { value: undefined };
  try {
    const value = setting.parse(source.text);
    if (value !== undefined) return { value };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return { problem: `${name}: ${error.message}` };
  }
  const got = setting.secret ? '***' : JSON.stringify(source.text);
  return { problem: `${name}: got ${got}, expected ${setting.expected}` };
}

type Source = { readonly text: string | undefined } | { readonly problem: string };

function sourceOf(
  name: string,
  { secret, fallback }: Setting<unknown>,
  environments: readonly Environment[],
): Source {
  for (const environment of environments) {
    const path = secret ? environment[`${name}_FILE`] : undefined;
    if (path) return readSecretFile(`${name}_FILE`, path);
    if (environment[name]) return { text: environment[name] };
  }
  return { text: fallback };
}

function readSecretFile(name: string, path: string): Source {
  try {
    return { text: readFileSync(path, 'utf8').replace(/[\r\n]+$/, '') };
  } catch {
    return { problem: `${name}: got ${JSON.stringify(path)}, expected the path of a readable file` };
  }
}

interface Extras {
  readonly secret?: boolean;
  /** Describes the default of a setting that has no fallback. */
  readonly shownDefault?: string;
}

/** A value with its own parser, such as a URL. */
export function custom<Value>(
  fallback: string | undefined,
  about: string,
  expected: string,
  parse: (text: string) => Value | undefined,
  { secret = false, shownDefault = fallback ?? 'none' }: Extras = {},
): Setting<Value> {
  return { fallback, shownDefault, about, expected, secret, parse };
}

/** A text of at least one character. */
export function text(fallback: string, about: string, extras?: Extras): Setting<string> {
  return custom(fallback, about, 'a text', (value) => value || undefined, extras);
}

/** A text that may be unset. */
export function optionalText(about: string, extras?: Extras): Setting<string | undefined> {
  return custom<string | undefined>(undefined, about, 'a text', (value) => value || undefined, extras);
}

/** Texts, separated by commas. */
export function list(
  fallback: string,
  about: string,
  expected: string,
  item: RegExp,
): Setting<readonly string[]> {
  return custom(fallback, about, expected, (value) => {
    const items = value.split(',').map((part) => part.trim());
    return items.every((part) => item.test(part)) ? items : undefined;
  });
}

/** A whole number between two inclusive bounds. */
export function integer(
  fallback: number,
  about: string,
  [least, most]: readonly [number, number],
): Setting<number> {
  return custom(String(fallback), about, `a whole number from ${least} to ${most}`, (value) =>
    parseNumber(value, /^-?\d+$/, [least, most]),
  );
}

function parseNumber(
  text: string,
  form: RegExp,
  [least, most]: readonly [number, number],
): number | undefined {
  const number = form.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

/**
 * A port to listen on. If it is unset, the value is undefined: the usual port is tried, then any free one.
 */
export function port(usual: number, about: string): Setting<number | undefined> {
  return custom<number | undefined>(
    undefined,
    about,
    'a whole number from 0 to 65535',
    (value) => parseNumber(value, /^\d+$/, [0, 65_535]),
    { shownDefault: `${usual}, or any free one if that is in use` },
  );
}

/** A number between two inclusive bounds. */
export function decimal(
  fallback: number,
  about: string,
  [least, most]: readonly [number, number],
): Setting<number> {
  return custom(String(fallback), about, `a number from ${least} to ${most}`, (value) =>
    parseNumber(value, /^-?\d+(\.\d+)?$/, [least, most]),
  );
}

/** One of a closed list of words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  fallback: Word | undefined,
  about: string,
  extras?: Extras,
): Setting<Word> {
  const parse = (value: string) => words.find((word) => word === value);
  return custom(fallback, about, `one of ${words.join(', ')}`, parse, extras);
}

/** One of a closed list of words; may be unset. */
export function optionalOneOf<const Word extends string>(
  words: readonly Word[],
  about: string,
  extras?: Extras,
): Setting<Word | undefined> {
  return oneOf<Word>(words, undefined, about, extras);
}

/** true or false; 1, 0, yes, no, on and off are accepted too. */
export function flag(fallback: boolean, about: string): Setting<boolean> {
  return custom(String(fallback), about, 'true or false', (value) => {
    if (/^(true|1|yes|on)$/i.test(value)) return true;
    return /^(false|0|no|off)$/i.test(value) ? false : undefined;
  });
}
