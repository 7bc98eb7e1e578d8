/** The result of one measurement: a table and remarks on how to read it. */
export interface Section {
  readonly title: string;
  /** Figures to quote, each with a label. */
  readonly summary: readonly (readonly [label: string, figure: string])[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly remarks: readonly string[];
}

export type Cell = string | number;

/** The results of one run. */
export interface Report {
  /** UTC date, such as `2026-11-24`. */
  readonly date: string;
  readonly machine: string;
  /** The command line. */
  readonly command: string;
  /** Share of the CPU that unrelated processes used, 0 to 1. */
  readonly othersShare: number;
  readonly sections: readonly Section[];
}

/** Printed with every report, so that figures are not read out of context. */
const CAVEAT =
  'Unlike in production, Kafka, Postgres, the consumer and the benchmark share these cores: prefer ratios ' +
  'within a round to absolute figures. The replication factor of Kafka is 1; Postgres has durable defaults.';

const QUIET_SHARE = 0.05;

/** States how much unrelated processes disturbed the run, and whether its figures may be quoted. */
function describeNoise(othersShare: number): string {
  const taken = `Other processes used ${Math.round(100 * othersShare)} % of the CPU during the run`;
  return othersShare <= QUIET_SHARE ? `${taken}.` : `**${taken}: too much to quote these figures.**`;
}

/** Formats a report as Markdown. */
export function reportToMarkdown({ date, machine, command, othersShare, sections }: Report): string {
  const head = `${date}, ${machine}: \`${command}\``;
  const summary = sections.flatMap((section) => section.summary);
  const details = sections.flatMap(({ title, columns, rows, remarks }) => [
    `### ${title}`,
    toTable(columns, rows),
    ...remarks,
  ]);
  return `${[head, toTable(['', date], summary), describeNoise(othersShare), CAVEAT, ...details].join('\n\n')}\n`;
}

/** Formats a table; columns with numbers are right-aligned. */
function toTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const alignment = columns.map((_, index) =>
    rows.some((row) => typeof row[index] === 'number') ? '--:' : '---',
  );
  const lines = [columns, alignment, ...rows.map((row) => row.map(formatCell))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Formats numbers with about three significant digits: 123,457, 12.3, 1.23. */
export function formatCell(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  const digits = Number.isInteger(cell) || Math.abs(cell) >= 100 ? 0 : Math.abs(cell) >= 10 ? 1 : 2;
  return cell.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Formats a report as JSON; rows are objects keyed by column, with full precision. */
export function reportToJson({ sections, ...head }: Report): string {
  const measured = sections.map(({ columns, rows, ...section }) => ({
    ...section,
    rows: rows.map((row) => Object.fromEntries(row.map((cell, index) => [columns[index] ?? '', cell]))),
  }));
  return `${JSON.stringify({ ...head, caveat: CAVEAT, sections: measured }, null, 2)}\n`;
}

/** Prints progress to stderr; stdout is reserved for the report. */
export function logProgress(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
