import { findInvalidRows } from '@pipeline/db';
import { loadDefinition } from '@pipeline/definition';
import type { LogSlice, TopicPartition } from '@pipeline/kafka';
import { DefinitionComparison, type FindInvalid, printComparison, refuseInvalid } from '@pipeline/program';
import { explainDatabase } from '../retry-policy.ts';
import type { Decode } from '../triage.ts';
import { createDecode, type ReadingOptions, type ReplaySettings, readAgain } from './read-again.ts';

/**
 * Reads records again, and prints what a candidate definition would store and reject, compared with the present
 * one. Changes nothing.
 * @throws UserError for a permanent error, also if the candidate finds event ids by another rule
 */
export async function compareDefinitions(
  present: ReplaySettings,
  candidate: ReplaySettings,
  { json = false, ...options }: ReadingOptions & { readonly json?: boolean },
): Promise<void> {
  const [before, after] = [await loadDefinition(present), await loadDefinition(candidate)];
  const [decodeBefore, decodeAfter] = [createDecode(present, before), createDecode(candidate, after)];
  const comparison = new DefinitionComparison();
  const { read, isInterrupted } = await readAgain(candidate, options, after, ({ database, reach }) => {
    const find: FindInvalid = (events) => reach.persist(() => findInvalidRows(database, events));
    const decodeAll = (decode: Decode, place: TopicPartition, records: LogSlice['records']) => {
      const decodings = records.map((record) => decode(record, place));
      return explainDatabase(refuseInvalid(find, decodings));
    };
    return async ({ ledger: { topic, partition } }, { records }) => {
      const place = { topic, partition };
      const olds = await decodeAll(decodeBefore, place, records);
      const news = await decodeAll(decodeAfter, place, records);
      for (const [index, { offset }] of records.entries()) {
        const [old, changed] = [olds[index], news[index]];
        if (old && changed) comparison.add(old, changed, `${topic}:${partition}:${offset}`);
      }
    };
  });
  printComparison(comparison.report, { isInterrupted, ranges: read }, json);
}
