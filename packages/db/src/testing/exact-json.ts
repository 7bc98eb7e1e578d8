import { toDecimal, WrittenNumber } from './expected-column.ts';

/** A decimal in units of 1e-20. */
export type Decimal = bigint;

const [WHOLE_DIGITS, FRACTION_DIGITS] = [30, 20];

/** The member that names lead to; undefined if there is none. Indexes are those of a JSON Pointer. */
export function memberAt(payload: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => {
    if (typeof at !== 'object' || at === null || at instanceof WrittenNumber) return undefined;
    if (Array.isArray(at)) return /^(0|[1-9]\d*)$/.test(name) ? at[Number(name)] : undefined;
    return Object.hasOwn(at, name) ? (at as Readonly<Record<string, unknown>>)[name] : undefined;
  }, payload);
}

/** The text of a string, number or boolean; null for anything else. */
export function scalarText(value: unknown): string | null {
  if (value instanceof WrittenNumber) return value.text;
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : null;
}

/** A number of at most 30 digits before and 20 after the decimal point; undefined for anything else. */
export function decimalOf(value: unknown): Decimal | undefined {
  if (!(value instanceof WrittenNumber)) return undefined;
  const { digits, exponent } = toDecimal(value.text);
  if (exponent < -FRACTION_DIGITS || exponent > WHOLE_DIGITS) return undefined;
  const decimal = digits * 10n ** BigInt(exponent + FRACTION_DIGITS);
  const limit = 10n ** BigInt(WHOLE_DIGITS + FRACTION_DIGITS);
  return decimal < limit && decimal > -limit ? decimal : undefined;
}
