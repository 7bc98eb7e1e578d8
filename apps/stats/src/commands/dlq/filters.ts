import { type DeadLetterFilter, deadLetterStatuses } from '@pipeline/db/dead-letters';
import { type Command, invalidArgument, readTime } from '@pipeline/program';

/** The flags of a filter. */
export interface FilterFlags
  extends Pick<DeadLetterFilter, 'topic' | 'reason' | 'status' | 'since' | 'until' | 'contains'> {
  readonly type?: string;
}

/** Adds the flags that select dead letters. */
export function withFilters(command: Command): Command {
  return command
    .option('--topic <name>', 'only from this topic')
    .option('--reason <name>', 'only this reason')
    .option('--type <name>', 'only this event type')
    .option('--since <time>', 'failed at or after this time, such as 2026-11-24', parseTime)
    .option('--until <time>', 'failed before this time, such as 2026-11-24T09:30Z', parseTime)
    .option('--contains <text>', 'only dead letters whose error contains this text');
}

/** Adds the flags that select dead letters of any status. */
export function withStatus(command: Command): Command {
  const status = command.createOption('--status <name>', 'only dead letters of this status');
  return withFilters(command).addOption(status.choices(deadLetterStatuses));
}

/** The filter for flags and ids. */
export function filterOf(flags: FilterFlags, ids: readonly bigint[] = []): DeadLetterFilter {
  const { topic, reason, type: eventType, status, since, until, contains } = flags;
  return { ids: ids.length > 0 ? ids : undefined, topic, status, reason, eventType, since, until, contains };
}

/** @throws InvalidArgumentError */
export function parseId(text: string): bigint {
  if (/^[1-9]\d{0,17}$/.test(text)) return BigInt(text);
  throw invalidArgument('Expected the id of a dead letter, as shown by "dlq ls".');
}

/** Collects the ids of a variadic argument. */
export function gatherIds(text: string, ids: readonly bigint[] = []): readonly bigint[] {
  return [...ids, parseId(text)];
}

/** @throws InvalidArgumentError */
export function parseTime(text: string): Date {
  const time = readTime(text);
  if (time !== undefined) return time;
  throw invalidArgument('Expected a time such as 2026-11-24T09:30:00Z.');
}

/** @throws InvalidArgumentError */
export function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw invalidArgument('Expected a whole number from 1 to 999999999.');
}
