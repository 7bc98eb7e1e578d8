import { formatAge, formatCount, formatThings } from './numbers.ts';

/** The newest proof; 64-bit numbers may be text. */
interface Proof {
  readonly ageSeconds: number;
  readonly records: string | bigint;
  readonly differences: string | bigint;
}

/** The newest proof in words, such as "Proven 2 h ago: 300 records, no differences". */
export function formatProof({ ageSeconds, records, differences }: Proof): string {
  const found = isClean({ differences }) ? 'no differences' : `differences: ${formatCount(differences)}`;
  return `Proven ${formatAge(ageSeconds)}: ${formatThings(records, 'record')}, ${found}`;
}

/** Whether a proof found no difference. */
export function isClean({ differences }: Pick<Proof, 'differences'>): boolean {
  return BigInt(differences) === 0n;
}
