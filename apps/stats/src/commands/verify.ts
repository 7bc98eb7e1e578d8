import { describeError } from '@pipeline/db';
import { type Comparison, type RecountOptions, rebuildAggregates } from '@pipeline/db/maintenance';
import { keepVerification } from '@pipeline/db/read';
import { commandLine, renderColumns, showProgress } from '@pipeline/program';
import { exitCode, UserError } from '@pipeline/runtime';
import { formatCount } from '../../web/format/numbers.ts';
import { maintain, type WaitFlag } from '../collect/reach-postgres.ts';
import type { StatsContext, StatsSettings } from '../collect/stats-context.ts';
import { type Verification, verify } from '../status/verify.ts';
import { printJson } from '../terminal/json.ts';

export interface VerifyFlags extends WaitFlag {
  readonly repair?: boolean;
  readonly json?: boolean;
}

const MAX_SHOWN = 100;

/**
 * Recounts everything, prints the differences, and keeps their number for the statistics.
 * @throws UserError with exit code 3 on any difference, 1 if the ledger could not be compared with Kafka
 */
export async function verifyAll(settings: StatsSettings, flags: VerifyFlags): Promise<void> {
  await maintain(settings, flags, async ({ context, persist }) => {
    const { database, writableDatabase, fetchOffsets, say, signal } = context;
    const work = <Value>(what: string, recount: (options: RecountOptions) => Promise<Value>) =>
      persist(async () => {
        using progress = showProgress(what, say);
        return await recount({ onProgress: progress.report, signal });
      });
    if (flags.repair) {
      const rebuilt = await work('rebuilding the aggregates', (one) =>
        rebuildAggregates(writableDatabase, one),
      );
      say(`rebuilt the aggregates: ${rebuilt.written} rows corrected or added, ${rebuilt.removed} deleted`);
      if (rebuilt.rollups > 0) say(`rebuilt the roll-ups: ${rebuilt.rollups} rows changed`);
    }
    const sources = { database, fetchOffsets, topics: settings.KAFKA_TOPIC };
    const verification = await work('recounting', (one) => verify(sources, one));
    const { events, differences } = verification;
    if (flags.json) printJson({ schemaVersion: 1, events, differences });
    else process.stdout.write(toTable(verification));
    await keepResult(context, verification);
    failUnlessEqual(verification);
  });
}

/** A comparison that ends with exit code 1 is none, so it is not kept. A login may lack the right to write. */
async function keepResult(
  { writableDatabase, say }: StatsContext,
  { events, differences, kafkaProblem }: Verification,
): Promise<void> {
  if (differences.length === 0 && kafkaProblem !== undefined) return;
  const result = { events, differences: BigInt(differences.length) };
  await keepVerification(writableDatabase, result).catch((error) =>
    say(`the result was not kept for the statistics: ${describeError(error)}`),
  );
}

function toTable({ events, differences }: Verification): string {
  if (differences.length === 0) return `everything adds up, with ${formatCount(events)} events\n`;
  const rows = differences.slice(0, MAX_SHOWN).map(toCells);
  const rest = differences.length - rows.length;
  const more = rest > 0 ? `… and ${rest} more: --json prints all\n` : '';
  return `${renderColumns(['TABLE', 'KEY', 'EXPECTED', 'FOUND'], rows)}\n${more}`;
}

function toCells({ table, key, expected, found }: Comparison): readonly string[] {
  return [table, key, expected, found];
}

function failUnlessEqual({ differences, kafkaProblem }: Verification): void {
  if (differences.length > 0) {
    throw new UserError(
      `differences found: ${differences.length}`,
      `rebuild the aggregates with "${commandLine('stats', ['verify', '--repair'])}"; for the rest see the documentation`,
      exitCode.checkFailed,
    );
  }
  if (kafkaProblem !== undefined) throw new UserError('the ledger was not compared with Kafka', kafkaProblem);
}
