import { isDigit, LOWER_E, MINUS, PLUS, POINT, UPPER_E, ZERO } from './characters.ts';
import type { Step } from './step.ts';

/** Reads a number (RFC 8259, section 6). */
export const skipNumber: Step = (bytes, start) => {
  const at = skipDecimal(bytes, start);
  if (at < 0 || (bytes[at] !== LOWER_E && bytes[at] !== UPPER_E)) return at;
  const sign = bytes[at + 1];
  return skipDigits(bytes, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
};

/** Reads a number without an exponent. */
export const skipDecimal: Step = (bytes, start) => {
  const from = bytes[start] === MINUS ? start + 1 : start;
  const at = bytes[from] === ZERO ? from + 1 : skipDigits(bytes, from);
  return at >= 0 && bytes[at] === POINT ? skipDigits(bytes, at + 1) : at;
};

/** The position after one or more digits. */
export const skipDigits: Step = (bytes, from) => {
  let at = from;
  while (isDigit(bytes[at])) at++;
  return at > from ? at : -1;
};

/** Numbers of so few characters are quotients of two exact doubles, so they are read as JSON.parse reads them. */
export const MAX_DECIMAL = 15;

/** The value of a number without an exponent. */
export function readDecimal(bytes: Uint8Array, start: number, end: number): number {
  let digits = 0;
  let scale = 0;
  for (let at = start; at < end; at++) {
    const code = bytes[at] ?? 0;
    if (code === POINT) scale = 1;
    else if (code !== MINUS) {
      digits = 10 * digits + code - ZERO;
      scale *= 10;
    }
  }
  const value = scale === 0 ? digits : digits / scale;
  return bytes[start] === MINUS ? -value : value;
}
