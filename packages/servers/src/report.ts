/** Writes one line of diagnostics to stderr. */
export type Report = (line: string) => void;

/** Writes a line as it is. */
export const printLine: Report = (line) => void process.stderr.write(`${line}\n`);
