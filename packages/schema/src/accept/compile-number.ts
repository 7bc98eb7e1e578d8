import { MAX_DECIMAL, readDecimal, skipDecimal, skipNumber } from './number.ts';
import { hasOnly, type Rules } from './rules.ts';
import type { Step } from './step.ts';

const keywords = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];

/** Compiles the rules of a number; undefined if they have an unsupported one. */
export function compileNumber(rules: Rules, isInteger: boolean): Step | undefined {
  if (!hasOnly(rules, keywords) || Object.values(rules).some((limit) => typeof limit !== 'number'))
    return undefined;
  if (!isInteger && hasOnly(rules, [])) return skipNumber;
  const limitOf = (keyword: string, other: number) => Number(rules[keyword] ?? other);
  const atLeast = limitOf('minimum', Number.NEGATIVE_INFINITY);
  const atMost = limitOf('maximum', Number.POSITIVE_INFINITY);
  const above = limitOf('exclusiveMinimum', Number.NEGATIVE_INFINITY);
  const below = limitOf('exclusiveMaximum', Number.POSITIVE_INFINITY);
  return (bytes, at) => {
    const end = skipDecimal(bytes, at);
    if (end < 0 || end - at > MAX_DECIMAL) return -1;
    const value = readDecimal(bytes, at, end);
    const isWithin = value >= atLeast && value <= atMost && value > above && value < below;
    return isWithin && (!isInteger || Number.isInteger(value)) ? end : -1;
  };
}
