/** A package's script, such as `NAME=value node src/main.ts`, as something to spawn. */
export interface Command {
  readonly program: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Takes a script of one simple command apart, so that no shell stands between us and the process that we measure.
 * @throws RangeError when only a shell can understand it
 */
export function parseScript(script: string): Command {
  if (/["'`$&|;<>(){}*?\\]/.test(script)) throw new RangeError(`not a simple command: ${script}`);
  const words = script.trim().split(/\s+/);
  const start = words.findIndex((word) => !/^\w+=/.test(word));
  const [program, ...rest] = words.slice(start === -1 ? words.length : start);
  if (program === undefined || program === '') throw new RangeError(`no command: ${script}`);
  return {
    program,
    words: rest,
    environment: Object.fromEntries(words.slice(0, start).map(parseAssignment)),
  };
}

function parseAssignment(word: string): readonly [string, string] {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}
