import { toMarkdown, toTable } from './markdown.ts';
import { type Section, toObjects } from './section.ts';

/** Everything that one run found. */
export interface Report {
  /** The day, such as `2026-11-24`. */
  readonly date: string;
  readonly machine: string;
  /** What was run. */
  readonly command: string;
  /** What other programs took of the machine meanwhile, from 0 to 1. */
  readonly othersShare: number;
  readonly sections: readonly Section[];
}

/** What a reader must know to take no figure for more than it is. */
const CAVEAT =
  'Kafka, Postgres, the consumer and what measures them share these cores, as they would not in production: read ' +
  'ratios of the same round before figures. Kafka keeps one copy; Postgres has its default settings, durable ones.';

const QUIET_SHARE = 0.05;

/** Whether the figures may be quoted. */
function describeNoise(othersShare: number): string {
  const taken = `Other programs took ${Math.round(100 * othersShare)} % of the machine meanwhile`;
  return othersShare <= QUIET_SHARE ? `${taken}.` : `**${taken}: too much for these figures to be quoted.**`;
}

/** A report for people. */
export function reportToMarkdown({ date, machine, command, othersShare, sections }: Report): string {
  const head = `${date}, ${machine}: \`${command}\``;
  const summary = toTable(
    ['', `${date}`],
    sections.flatMap((section) => section.summary),
  );
  return `${[head, summary, describeNoise(othersShare), CAVEAT, ...sections.map(toMarkdown)].join('\n\n')}\n`;
}

/** A report for programs. */
export function reportToJson({ sections, ...head }: Report): string {
  const measured = sections.map((section) => ({
    title: section.title,
    summary: section.summary,
    rows: toObjects(section),
    remarks: section.remarks,
  }));
  return `${JSON.stringify({ ...head, caveat: CAVEAT, sections: measured }, null, 2)}\n`;
}
