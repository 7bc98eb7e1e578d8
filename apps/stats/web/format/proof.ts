import { formatAge, formatCount, formatThings } from './numbers.ts';

/** The newest proof; 64-bit numbers may be text. */
interface Proof {
  readonly ageSeconds: number;
  /** Number of records that were read. */
  readonly records: string | bigint;
  /** Those of them that were judged. */
  readonly judged: string | bigint;
  readonly differences: string | bigint;
  readonly isSample: boolean;
  /** Why rows without a record were not looked for; null if they were. */
  readonly rowsNotChecked: string | null;
}

/** The newest proof in words, such as "Proven 2 h ago: 70 of 7,000 records (a sample), no differences". */
export function formatProof(proof: Proof): string {
  const { ageSeconds, differences, rowsNotChecked } = proof;
  const found = isClean(proof) ? 'no differences' : `differences: ${formatCount(differences)}`;
  const part = rowsNotChecked === null ? '' : `; rows not checked: ${rowsNotChecked}`;
  return `Proven ${formatAge(ageSeconds)}: ${formatJudged(proof)}, ${found}${part}`;
}

function formatJudged({ records, judged, isSample }: Proof): string {
  const all = formatThings(records, 'record');
  if (!isSample && BigInt(judged) === BigInt(records)) return all;
  return `${formatCount(judged)} of ${all} (${isSample ? 'a sample' : 'the others are older than the ledger'})`;
}

/** Whether a proof found no difference. */
export function isClean({ differences }: Pick<Proof, 'differences'>): boolean {
  return BigInt(differences) === 0n;
}
