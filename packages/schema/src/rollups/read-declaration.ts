import type { Aggregate, DeclaredRollup } from './rollup.ts';

const aggregates: readonly Aggregate[] = ['count', 'sum', 'min', 'max'];

const keywords: readonly string[] = [...aggregates, 'by', 'per', 'limit'];

/** A declaration, or what is wrong with it. */
export type Read = { readonly declared: DeclaredRollup } | { readonly problem: string };

/** Reads a roll-up of `x-rollups`, such as `{"sum": "/amount", "by": ["/currency"], "per": "1 hour"}`. */
export function readKeywords(value: unknown): Read {
  if (typeof value !== 'object' || value === null) return { problem: 'must be an object' };
  const given = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((key) => !keywords.includes(key));
  if (unknown !== undefined) return { problem: explainUnknown(unknown) };
  const [aggregate, second] = aggregates.filter((one) => Object.hasOwn(given, one));
  if (aggregate === undefined || second !== undefined)
    return { problem: `must have one of ${aggregates.join(', ')}` };
  if (aggregate === 'count' && given['count'] !== true) return { problem: 'count must be true' };
  const { by: members, per: bucket, limit: keys } = given;
  return { declared: { aggregate, member: given[aggregate], members, bucket, keys } as DeclaredRollup };
}

function explainUnknown(keyword: string): string {
  if (/distinct/i.test(keyword))
    return 'distinct counts are not supported: no exact one could forget purged events';
  return `${JSON.stringify(keyword)} is not one of ${keywords.join(', ')}`;
}
