import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';

/** What the tests did with a mutant. The tests of one that `failed to load` ended before any of them ran. */
export type Outcome = 'killed' | 'failed to load' | 'timed out' | 'survived' | 'not covered';

/** A change of the code, by its text, so that it is found again when lines move. */
export interface Mutant {
  /** From the root of the repository. */
  readonly file: string;
  readonly mutator: string;
  /** On one line, as is `replacement`. */
  readonly original: string;
  readonly replacement: string;
}

/** A mutant after its run. */
export interface TestedMutant extends Mutant {
  readonly line: number;
  readonly outcome: Outcome;
}

const outcomes: Readonly<Partial<Record<MutantResult['status'], Outcome>>> = {
  Killed: 'killed',
  RuntimeError: 'failed to load',
  Timeout: 'timed out',
  Survived: 'survived',
  NoCoverage: 'not covered',
};

/**
 * Takes over Stryker's result.
 * @param root the folder that Stryker ran in
 * @throws Error if the mutant was not tested
 */
export function toTested(result: MutantResult, root: string): TestedMutant {
  const { fileName, location, mutatorName, replacement = '', status } = result;
  const outcome = outcomes[status];
  if (outcome === undefined) throw new Error(`a mutant of ${fileName} is ${status}`);
  return {
    file: relative(root, fileName),
    line: location.start.line,
    mutator: mutatorName,
    original: onOneLine(textAt(readFileSync(fileName, 'utf8'), location)),
    replacement: onOneLine(replacement),
    outcome,
  };
}

/** Lines and columns count from 1; the end is exclusive. */
function textAt(source: string, { start, end }: MutantResult['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = lines[last]?.slice(0, end.column - 1) ?? '';
  lines[0] = lines[0]?.slice(start.column - 1) ?? '';
  return lines.join('\n');
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
