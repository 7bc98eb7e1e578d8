/** A line about what is going on, on stderr: stdout holds the result. */
export function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
