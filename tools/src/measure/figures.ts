import { dirname } from 'node:path';
import type { MeasuredSource } from './source.ts';

/** Sizes of several files. The lengths of functions are in lines. */
export interface Figures {
  readonly files: number;
  readonly lines: number;
  readonly functions: number;
  readonly median: number;
  readonly p90: number;
  readonly longest: number;
}

/** Summarizes files. */
export function summarize(sources: readonly MeasuredSource[]): Figures {
  const lengths = sources.flatMap(({ functions }) => functions.map(({ length }) => length));
  const sorted = lengths.sort((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return {
    files: sources.length,
    lines: sources.reduce((sum, { lines }) => sum + lines, 0),
    functions: sorted.length,
    median: quantile(0.5),
    p90: quantile(0.9),
    longest: quantile(1),
  };
}

/** The largest figures that are accepted. */
const limits = { median: 5, p90: 14, longest: 45, filesPerFolder: 20 };

/** Everything that exceeds a limit, one line each. */
export function findExcess(sources: readonly MeasuredSource[]): readonly string[] {
  const { median, p90 } = summarize(sources);
  const long = sources.flatMap(({ path, functions }) =>
    functions
      .filter(({ length }) => length > limits.longest)
      .map(({ line, length }) => `${path}:${line} is a function of ${length} lines, not ${limits.longest}`),
  );
  const folders = Map.groupBy(sources, ({ path }) => dirname(path)).entries();
  const crowded = folders.filter(([, { length }]) => length > limits.filesPerFolder);
  return [
    ...(median > limits.median ? [`the median function has ${median} lines, not ${limits.median}`] : []),
    ...(p90 > limits.p90 ? [`nine in ten functions have up to ${p90} lines, not ${limits.p90}`] : []),
    ...long,
    ...crowded.map(([name, { length }]) => `${name} has ${length} files, not ${limits.filesPerFolder}`),
  ];
}
