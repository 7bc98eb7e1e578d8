import { toMarkdown, toTable } from './markdown.ts';
import { type Section, toObjects } from './section.ts';

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
  const summary = toTable(
    ['', `${date}`],
    sections.flatMap((section) => section.summary),
  );
  return `${[head, summary, describeNoise(othersShare), CAVEAT, ...sections.map(toMarkdown)].join('\n\n')}\n`;
}

/** Formats a report as JSON. */
export function reportToJson({ sections, ...head }: Report): string {
  const measured = sections.map((section) => ({
    title: section.title,
    summary: section.summary,
    rows: toObjects(section),
    remarks: section.remarks,
  }));
  return `${JSON.stringify({ ...head, caveat: CAVEAT, sections: measured }, null, 2)}\n`;
}
