import type { Pipeline } from '../servers/pipeline.ts';
import { type Ended, type Environment, runApp } from './programs.ts';

/** The parts of a receipt that tests compare; counts are decimal. */
export interface Receipt {
  readonly isClean: boolean;
  readonly versions: Readonly<Record<'node' | 'postgres' | 'migration', string | null>>;
  readonly clusterId: string | null;
  readonly topics: readonly {
    readonly topic: string;
    readonly topicId: string | null;
    readonly idRule: string;
  }[];
  readonly records: string;
  readonly stored: string;
  readonly duplicates: string;
  readonly conflicting: string;
  readonly possibleConflicts: string;
  readonly deadLetters: string;
  readonly purged: string;
  readonly missing: string;
  readonly different: string;
  readonly beforeLedger: string;
  readonly unsampled: string;
  readonly skipped: Readonly<Record<string, string>>;
  readonly rowsNotChecked: string | null;
  readonly differences: string;
  readonly findings: readonly {
    readonly kind: string;
    readonly record: string | null;
    readonly eventId: string | null;
    readonly detail: string;
  }[];
  readonly possibleConflictRecords: readonly { readonly record: string; readonly eventId: string }[];
  readonly duplicateRecords: readonly { readonly record: string; readonly of: string }[];
  readonly partitions: readonly { readonly partition: number; readonly digest: string }[];
}

/** Proves a pipeline as fast as possible. */
export async function prove(
  { environment }: Pick<Pipeline, 'environment'>,
  args: readonly string[] = [],
  changes: Environment = {},
): Promise<Ended & { readonly receipt: Receipt }> {
  const ended = await runApp('stats', ['prove', '--json', '--rate', '0', ...args], {
    ...environment,
    ...changes,
  });
  if (ended.stdout === '') throw new Error(`stats prove printed no receipt: ${ended.stderr}`);
  return { ...ended, receipt: JSON.parse(ended.stdout) };
}

/** What a proof may leave open. */
interface ProofGaps {
  /** Whether the topics may lack records that the ledger has counted, so that rows without a record are not found. */
  readonly mayLackRecords?: boolean;
  /** Whether the ledgers may account for no record yet. */
  readonly mayBeEmpty?: boolean;
}

/** What a proof of everything finds or leaves open, as lines. */
export async function findUnproven(
  pipeline: Pick<Pipeline, 'environment'>,
  gaps: ProofGaps = {},
): Promise<readonly string[]> {
  const { receipt } = await prove(pipeline);
  return unprovenIn(receipt, gaps);
}

/** What a receipt finds or leaves open, as lines. */
export function unprovenIn(
  { findings, records, rowsNotChecked }: Pick<Receipt, 'findings' | 'records' | 'rowsNotChecked'>,
  { mayLackRecords = false, mayBeEmpty = false }: ProofGaps = {},
): readonly string[] {
  return [
    ...(records === '0' && !mayBeEmpty ? ['unproven: no records were read'] : []),
    ...(rowsNotChecked === null || mayLackRecords ? [] : [`unproven: rows, because ${rowsNotChecked}`]),
    ...findings.map(
      ({ kind, record, eventId, detail }) =>
        `unproven: ${kind} ${record ?? 'row'} ${eventId ?? ''} ${detail}`,
    ),
  ];
}
