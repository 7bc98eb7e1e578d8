import { loadDefinition } from '@pipeline/definition';
import { explainDatabase } from '../retry-policy.ts';
import { triage } from '../triage.ts';
import { createDryStore, createStore, judge } from './judge.ts';
import { printReport } from './print-report.ts';
import { createDecode, type ReadingOptions, type ReplaySettings, readAgain } from './read-again.ts';
import { ReplayTally } from './report.ts';

export interface ReplayOptions extends ReadingOptions {
  readonly purged?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/**
 * Reads records again that consumers have read, and stores the events that are missing. Joins no group. Waits for
 * Kafka and Postgres. A stop signal ends it between two transactions; then the report has the next offsets.
 * @throws UserError for a permanent error
 */
export async function replay(settings: ReplaySettings, options: ReplayOptions): Promise<void> {
  const { dryRun = false, purged: withPurged = false, json = false } = options;
  const definition = await loadDefinition(settings);
  const decode = createDecode(settings, definition);
  const tally = new ReplayTally();
  const { read, isInterrupted } = await readAgain(settings, options, definition, ({ database, reach }) => {
    const store = dryRun ? createDryStore(database, reach.persist) : createStore(database, reach.persist);
    const parts = { database, persist: reach.persist, withPurged, store };
    return async ({ ledger }, { records, start, end, unreadable }) => {
      if (unreadable !== undefined) return tally.addUnreadable(Number(end - start));
      const { topic, partition } = ledger;
      const batch = triage({ topic, partition, records, nextOffset: end }, decode);
      tally.add(await explainDatabase(judge(parts, ledger, batch, records.length)));
    };
  });
  printReport(tally.report({ dryRun, isInterrupted, ranges: read }), json);
}
