import { compilePattern } from './pattern.ts';
import { hasOnly, type Rules } from './rules.ts';
import type { Step } from './step.ts';
import { skipAsciiString, skipString } from './text.ts';

/** Compiles the rules of a string; undefined if they have an unsupported one. */
export function compileString(rules: Rules): Step | undefined {
  const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = rules;
  if (!hasOnly(rules, ['pattern', 'minLength', 'maxLength'])) return undefined;
  if (typeof minLength !== 'number' || typeof maxLength !== 'number') return undefined;
  const step = pattern === undefined ? skipString : compilePattern(pattern);
  return step && hasOnly(rules, ['pattern']) ? step : step && withLength(step, minLength, maxLength);
}

/** Limits the number of characters. Each has one to four bytes; a text whose bytes do not decide is not accepted. */
function withLength(step: Step, minLength: number, maxLength: number): Step {
  return (bytes, at) => {
    const end = step(bytes, at);
    const length = end - at - 2;
    if (end < 0 || length < minLength || length > maxLength) return -1;
    return length > 4 * (minLength - 1) || skipAsciiString(bytes, at) === end ? end : -1;
  };
}
