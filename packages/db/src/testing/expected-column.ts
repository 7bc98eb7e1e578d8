import type { ColumnType } from '@pipeline/schema';

/** A JSON number as it is written, because JSON.parse would round it. */
export class WrittenNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON value whose numbers keep all digits. */
export function parseExactly(json: string): unknown {
  return JSON.parse(json, (_, value, context?: { readonly source?: string }) =>
    typeof value === 'number' ? new WrittenNumber(context?.source ?? '') : value,
  );
}

/** The member of a payload; undefined if it has none. */
export function memberOf(payload: unknown, name: string): unknown {
  const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
  return isObject && !(payload instanceof WrittenNumber) && Object.hasOwn(payload, name)
    ? (payload as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/**
 * What a column must hold for the value of its member: null, or the text that `comparable` returns for the
 * value in Postgres. Independent of the statements under test.
 */
export function expectedColumn(type: ColumnType, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (type === 'jsonb') return canonicalJson(value);
  if (type === 'text') return typeof value === 'string' ? value : canonicalJson(value);
  if (type === 'boolean') return typeof value === 'boolean' ? String(value) : null;
  if (type === 'timestamptz') return typeof value === 'string' ? expectedTime(value) : null;
  if (!(value instanceof WrittenNumber)) return null;
  const { digits, exponent } = toDecimal(value.text);
  if (type === 'numeric') return `${digits}e${exponent}`;
  if (exponent < 0 || exponent > 18) return null;
  const integer = digits * 10n ** BigInt(exponent);
  return BigInt.asIntN(64, integer) === integer ? `${integer}` : null;
}

const dateTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,30})?(Z|[+-](\d\d):(\d\d))$/i;

/** Microseconds since 1970 of a valid date and time of the years 0001 to 9999; `Date` accepts 30 February. */
function expectedTime(text: string): string | null {
  const [, year = '', month, day, hour, minute, second, fraction = '', zone = '', ...offset] =
    dateTime.exec(text) ?? [];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const isDay = year !== '' && year !== '0000' && date.getUTCDate() === Number(day);
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (!isDay || !isTime || Number(offset[0] ?? 0) > 15 || Number(offset[1] ?? 0) > 59) return null;
  const start = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone.toUpperCase()}`);
  return String(BigInt(start) * 1_000n + BigInt(Math.round(Number(`0${fraction}`) * 1_000_000)));
}

/** Digits without trailing zeros, and the power of ten that they are multiplied by. */
export function toDecimal(text: string): { readonly digits: bigint; readonly exponent: number } {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const written = `${whole}${fraction}`.replace(/^0+(?=.)/, '');
  const significant = written.replace(/0+$/, '');
  if (significant === '') return { digits: 0n, exponent: 0 };
  const exponent = Number(power) - fraction.length + written.length - significant.length;
  return { digits: BigInt(`${sign}${significant}`), exponent };
}

/** JSON in which equal values have equal texts. */
function canonicalJson(value: unknown): string {
  if (value instanceof WrittenNumber) {
    const { digits, exponent } = toDecimal(value.text);
    return `${digits}e${exponent}`;
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`,
  );
  return `{${members.sort().join(',')}}`;
}

/** The value of a column, which Postgres has returned as text, in the form of `expectedColumn`. */
export function comparable(type: ColumnType, value: unknown, text: string | null): string | null {
  if (text === null) return null;
  if (type === 'jsonb') return canonicalJson(parseExactly(text));
  if (type === 'text') return typeof value === 'string' ? text : canonicalJson(parseExactly(text));
  if (type !== 'numeric') return text;
  const { digits, exponent } = toDecimal(text);
  return `${digits}e${exponent}`;
}
