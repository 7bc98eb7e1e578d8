/** Prints progress to stderr; stdout is reserved for the report. */
export function log(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
