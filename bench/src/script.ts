/** A package script such as `NAME=value node src/main.ts`, parsed for `spawn`. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Parses a script that is one simple command, so that the measured process is a direct child, not a shell's.
 * @throws RangeError if the script is empty or needs a shell
 */
export function parseScript(script: string): Command {
  if (/["'`$&|;<>(){}*?\\]/.test(script)) throw new RangeError(`not a simple command: ${script}`);
  const words = script.trim().split(/\s+/);
  const start = words.findIndex((word) => !/^\w+=/.test(word));
  const [program, ...args] = words.slice(start === -1 ? words.length : start);
  if (program === undefined || program === '') throw new RangeError(`no command: ${script}`);
  return {
    program,
    args,
    environment: Object.fromEntries(words.slice(0, start).map(parseAssignment)),
  };
}

function parseAssignment(word: string): readonly [string, string] {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}
