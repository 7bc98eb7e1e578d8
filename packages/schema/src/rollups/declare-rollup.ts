import type { Aggregate, DeclaredRollup } from './rollup.ts';

/** A roll-up as it is declared with an event type. Each method returns another one. */
export interface RollupBuilder extends DeclaredRollup {
  /**
   * Groups by members of the payload.
   * @param members one to three JSON Pointers, such as `/currency`
   */
  by(...members: readonly string[]): RollupBuilder;
  /**
   * Sets the length of a time bucket, in UTC. Defaults to an hour.
   * @param bucket `N minutes`, `N hours` or `1 day`; buckets must divide a day
   */
  per(bucket: string): RollupBuilder;
  /** Sets how many different keys are kept; events with others are counted together. Defaults to 1,000. */
  limit(keys: number): RollupBuilder;
}

/** Counts events. */
export function count(): RollupBuilder {
  return build({ aggregate: 'count' });
}

/** Adds up a member of the payload, exactly. @param member a JSON Pointer, such as `/amount` */
export function sum(member: string): RollupBuilder {
  return aggregateOf('sum', member);
}

/** Finds the lowest number of a member of the payload. @param member a JSON Pointer, such as `/amount` */
export function min(member: string): RollupBuilder {
  return aggregateOf('min', member);
}

/** Finds the highest number of a member of the payload. @param member a JSON Pointer, such as `/amount` */
export function max(member: string): RollupBuilder {
  return aggregateOf('max', member);
}

function aggregateOf(aggregate: Aggregate, member: string): RollupBuilder {
  return build({ aggregate, member });
}

function build(declared: DeclaredRollup): RollupBuilder {
  return {
    ...declared,
    by: (...members) => build({ ...declared, members }),
    per: (bucket) => build({ ...declared, bucket }),
    limit: (keys) => build({ ...declared, keys }),
  };
}
