/**
 * A short text that a regular expression matches, for simple patterns: the first alternative, as few repetitions as
 * possible. Look-around and back-references are ignored.
 * @param minLength minimum number of characters
 * @returns undefined if the text found does not match
 */
export function textMatching(pattern: string, minLength = 0): string | undefined {
  const isMatch = new RegExp(pattern, 'u');
  for (let extra = 0; extra <= minLength; extra++) {
    const text = new PatternReader(pattern, extra).read();
    const padded = text.padEnd(minLength, 'a');
    const found = [text, padded].find((one) => [...one].length >= minLength && isMatch.test(one));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Reads a valid pattern once, from left to right, and returns a text for each of its parts. */
class PatternReader {
  readonly #rest: string[];
  /** Repetitions beyond the minimum, where a quantifier allows them. */
  readonly #extra: number;

  constructor(pattern: string, extra: number) {
    this.#rest = [...pattern];
    this.#extra = extra;
  }

  /** The first of the alternatives. */
  read(): string {
    const first = this.#readSequence();
    while (this.#skip('|')) this.#readSequence();
    return first;
  }

  #readSequence(): string {
    let text = '';
    while (this.#rest.length > 0 && this.#rest[0] !== '|' && this.#rest[0] !== ')') {
      const atom = this.#readAtom();
      text += atom.repeat(this.#readRepetitions());
    }
    return text;
  }

  #readAtom(): string {
    const next = this.#rest.shift() ?? '';
    if (next === '^' || next === '$') return '';
    if (next === '(') return this.#readGroup();
    if (next === '[') return characterMatching(`[${this.#takeWhile(/^(?:\\.|[^\]\\])*\]/su)}`);
    if (next === '.') return 'a';
    return next === '\\' ? this.#readEscape() : next;
  }

  #readGroup(): string {
    const kind = this.#takeWhile(/^(?:\?(?:[:=!]|<[=!]|<[^>]*>))?/u);
    const text = this.read();
    this.#skip(')');
    return /^\?<?[=!]$/.test(kind) ? '' : text;
  }

  #readEscape(): string {
    const name = this.#takeWhile(/^(?:[pP]\{[^}]*\}|u\{[^}]*\}|u.{4}|x..|c.|k<[^>]*>|\d+|.)/su);
    const isEmpty = /^(?:[bBk]|[1-9])/.test(name);
    return isEmpty ? '' : characterMatching(`\\${name}`);
  }

  #readRepetitions(): number {
    const quantifier = this.#takeWhile(/^(?:[*+?]|\{\d+(?:,\d*)?\})?\??/u);
    const [, least, comma, most] = /^\{(\d+)(,?)(\d*)\}/.exec(quantifier) ?? [];
    if (least !== undefined) return comma ? this.#between(Number(least), most) : Number(least);
    if (quantifier.startsWith('?')) return this.#between(0, '1');
    if (quantifier.startsWith('*')) return this.#between(0);
    return quantifier.startsWith('+') ? this.#between(1) : 1;
  }

  #between(least: number, most = ''): number {
    return Math.min(least + this.#extra, most === '' ? Number.POSITIVE_INFINITY : Number(most));
  }

  #takeWhile(part: RegExp): string {
    const [taken = ''] = part.exec(this.#rest.join('')) ?? [];
    this.#rest.splice(0, [...taken].length);
    return taken;
  }

  #skip(character: string): boolean {
    return this.#rest[0] === character && this.#rest.shift() !== undefined;
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const usual = [...letters, ...letters.toUpperCase(), ...'0123456789', ...printable, '\t', 'é'];

/** A character of a class or an escape; '' if neither the usual ones nor those that it names are. */
function characterMatching(part: string): string {
  const isMatch = new RegExp(`^${part}$`, 'u');
  const escaped = [...part.matchAll(/\\[ux]\{?([0-9a-fA-F]+)/g)].map(([, hex = '']) =>
    Number.parseInt(hex, 16),
  );
  const named = [...part, ...escaped.map((code) => String.fromCodePoint(code))];
  return [...usual, ...named].find((character) => isMatch.test(character)) ?? '';
}
