/**
 * Reads JSON at a position. Returns the position after what it accepts, or -1: the value is invalid, or only the
 * decoder can judge it. A position beyond the bytes reads as no character. Other bytes may follow the value, so the
 * whole value is accepted only if the position returned is its end.
 */
export type Step = (bytes: Uint8Array, at: number) => number;

/** Accepts nothing. */
export const refuse: Step = () => -1;

/** Accepts what one of the steps accepts. */
export function either(steps: readonly Step[]): Step {
  const [only = refuse] = steps;
  if (steps.length <= 1) return only;
  return (bytes, at) => {
    for (const step of steps) {
      const end = step(bytes, at);
      if (end >= 0) return end;
    }
    return -1;
  };
}

/** Accepts what all of the steps accept; the last one reads what those before it have found. */
export function every(steps: readonly Step[]): Step {
  const [only = refuse] = steps;
  if (steps.length <= 1) return only;
  return (bytes, at) => {
    const end = only(bytes, at);
    for (const step of steps) if (step !== only && step(bytes, at) !== end) return -1;
    return end;
  };
}

/** Accepts these bytes. */
export function exactly(expected: Uint8Array): Step {
  return (bytes, at) => (startsWith(bytes, at, expected) ? at + expected.length : -1);
}

/** Whether these bytes are at a position. */
export function startsWith(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index++)
    if (bytes[at + index] !== expected[index]) return false;
  return true;
}

const utf8 = new TextEncoder();

/** Accepts a word, such as `null`. */
export function word(text: string): Step {
  return exactly(utf8.encode(text));
}

/** A text as a JSON string in UTF-8, if it is written without escapes. */
export function toPlainString(text: string): Uint8Array | undefined {
  const json = JSON.stringify(text);
  return json === `"${text}"` ? utf8.encode(json) : undefined;
}
