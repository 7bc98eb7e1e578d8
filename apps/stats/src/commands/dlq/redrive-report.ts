import type { RedriveOutcome } from '@pipeline/db/dead-letters';
import { resultOf } from '../../dead-letters/redrive.ts';
import { printJson } from '../../terminal/json.ts';
import type { ChangeFlags } from '../options.ts';
import { placeOf } from './list.ts';

/**
 * Reports the outcomes of a redrive on stdout: a line each, or one JSON document at the end.
 * @param matching number of open dead letters that match
 */
export function createRedriveReport(
  { json, dryRun = false }: Pick<ChangeFlags, 'json' | 'dryRun'>,
  matching: bigint,
) {
  const results: object[] = [];
  const counts = { redriven: 0, failed: 0 };
  return {
    counts,
    add(outcome: RedriveOutcome): void {
      const { id, topic, partition, offset } = outcome.letter;
      const result = resultOf(outcome);
      counts[result.outcome]++;
      if (json) results.push({ id, topic, partition, offset, ...result });
      else process.stdout.write(`${id}\t${placeOf(outcome.letter)}\t${result.detail || result.outcome}\n`);
    },
    end(): void {
      const [redriven, failed] = [counts.redriven, counts.failed].map(String);
      if (json) printJson({ schemaVersion: 1, dryRun, matching, redriven, failed, results });
    },
  };
}
