import { formatAge, formatThings } from './numbers.ts';

/** The latest result of `stats verify`; 64-bit numbers may be text. */
interface Verification {
  /** RFC 3339. */
  readonly verifiedAt: string;
  readonly differences: string | bigint;
}

/** The latest result of `stats verify` in words, such as "2 h ago, no differences"; null is `never`. */
export function formatVerification(verification: Verification | null, now: string): string {
  if (verification === null) return 'never';
  const { verifiedAt, differences } = verification;
  const age = formatAge((Date.parse(now) - Date.parse(verifiedAt)) / 1_000);
  return `${age}, ${BigInt(differences) === 0n ? 'no differences' : formatThings(differences, 'difference')}`;
}
