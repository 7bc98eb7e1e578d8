/** Talk goes to stderr: stdout is for data. */
export function say(line: string): void {
  process.stderr.write(`${sentenceOf(line)}\n`);
}

/** A line as it is said: whoever talks comes first. */
export function sentenceOf(line: string): string {
  return `stats: ${line}`;
}
