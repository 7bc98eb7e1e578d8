import type { RedriveOutcome } from '@pipeline/db/dead-letters';
import { toPrintableJson } from '@pipeline/program';
import { resultOf } from '../../dead-letters/redrive.ts';
import { placeOf } from './list.ts';

interface ReportOptions {
  readonly json?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Reports the outcomes of a redrive on stdout: a line each, or one JSON document at the end. */
export class RedriveReport {
  readonly #options: ReportOptions;
  readonly #matching: bigint;
  readonly #results: object[] = [];
  redriven = 0;
  failed = 0;

  /** @param matching number of open dead letters that match */
  constructor(options: ReportOptions, matching: bigint) {
    this.#options = options;
    this.#matching = matching;
  }

  add(outcome: RedriveOutcome): void {
    if ('place' in outcome) this.redriven++;
    else this.failed++;
    if (this.#options.json) this.#results.push(toResult(outcome));
    else process.stdout.write(toLine(outcome));
  }

  end(): void {
    const { json, dryRun = false } = this.#options;
    if (!json) return;
    const counts = {
      matching: String(this.#matching),
      redriven: String(this.redriven),
      failed: String(this.failed),
    };
    const document = { schemaVersion: 1, dryRun, ...counts, results: this.#results };
    process.stdout.write(`${toPrintableJson(document)}\n`);
  }
}

function toLine(outcome: RedriveOutcome): string {
  const { letter } = outcome;
  return `${letter.id}\t${placeOf(letter)}\t${'place' in outcome ? 'redriven' : outcome.problem}\n`;
}

function toResult(outcome: RedriveOutcome): object {
  const { id, topic, partition, offset } = outcome.letter;
  return { id: String(id), topic, partition, offset: String(offset), ...resultOf(outcome) };
}
