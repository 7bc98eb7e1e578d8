/** `uncertain`: the request failed, but Kafka may have stored the record. */
export type Certainty = 'acknowledged' | 'uncertain';

/** Positions of the plan in [from, to). */
interface Range {
  readonly from: number;
  to: number;
  readonly certainty: Certainty;
}

/** The part of the plan that was sent: records that must be in Kafka, and records that may be. */
export class Sent {
  readonly #ranges: Range[] = [];

  /** The first position that was not sent yet. */
  get end(): number {
    return this.#ranges.at(-1)?.to ?? 0;
  }

  /** Number of acknowledged positions. */
  get acknowledged(): number {
    const acknowledged = this.#ranges.filter(({ certainty }) => certainty === 'acknowledged');
    return acknowledged.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Records that everything from `end` to `to`, exclusive, was sent. */
  add(to: number, certainty: Certainty): void {
    const last = this.#ranges.at(-1);
    if (last?.certainty === certainty) last.to = to;
    else this.#ranges.push({ from: this.end, to, certainty });
  }

  /** The certainty of a position; undefined if it was not sent. */
  certaintyOf(position: number): Certainty | undefined {
    return this.#ranges.find(({ from, to }) => from <= position && position < to)?.certainty;
  }

  /** Visits every sent position, in order. */
  forEach(visit: (position: number, certainty: Certainty) => void): void {
    for (const { from, to, certainty } of this.#ranges) {
      for (let position = from; position < to; position++) visit(position, certainty);
    }
  }
}
