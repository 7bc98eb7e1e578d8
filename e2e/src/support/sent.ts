/** How certain it is that a record is in Kafka: its send was acknowledged, or failed after it may have been stored. */
export type Certainty = 'acknowledged' | 'doubtful';

/** Positions of the plan, from `from` up to but not including `to`. */
interface Range {
  readonly from: number;
  to: number;
  readonly certainty: Certainty;
}

/** How much of the plan has been sent: what must be in Kafka and what may be. */
export class Sent {
  readonly #ranges: Range[] = [];

  /** The first position that was not sent. */
  get end(): number {
    return this.#ranges.at(-1)?.to ?? 0;
  }

  /** How many positions were acknowledged. */
  get acknowledged(): number {
    const sure = this.#ranges.filter(({ certainty }) => certainty === 'acknowledged');
    return sure.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Notes that everything from the last end up to a position was sent. */
  add(to: number, certainty: Certainty): void {
    const last = this.#ranges.at(-1);
    if (last?.certainty === certainty) last.to = to;
    else this.#ranges.push({ from: this.end, to, certainty });
  }

  /** The certainty of a position; undefined where nothing was sent. */
  certaintyOf(position: number): Certainty | undefined {
    return this.#ranges.find(({ from, to }) => from <= position && position < to)?.certainty;
  }

  /** Calls back for every position that was sent, in order. */
  forEach(visit: (position: number, certainty: Certainty) => void): void {
    for (const { from, to, certainty } of this.#ranges) {
      for (let position = from; position < to; position++) visit(position, certainty);
    }
  }
}
