import { invalidArgument } from './program.ts';
import { readTime } from './read-time.ts';

/** Reads a place in a log from a flag: an offset, or a time. @throws InvalidArgumentError */
export function parsePosition(text: string): bigint | Date {
  const position = /^\d{1,18}$/.test(text) ? BigInt(text) : readTime(text);
  if (position === undefined)
    throw invalidArgument('Expected an offset, or a time such as 2026-11-24T09:30:00Z.');
  return position;
}
