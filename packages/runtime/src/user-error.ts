/** Exit codes that every program of the pipeline uses. */
export const exitCode = { done: 0, failed: 1, usage: 2, checkFailed: 3 } as const;

/**
 * A remedy for which the pipeline has a command. Packages name only the remedy; the command depends on
 * where the program runs.
 */
export type Fix =
  | { readonly name: 'create-topics' }
  | { readonly name: 'create-tables' }
  /** Confirms that the topics have moved to this Kafka cluster. */
  | { readonly name: 'accept-cluster'; readonly clusterId: string }
  /** `batch` is `TOPIC:PARTITION:OFFSET`. */
  | { readonly name: 'skip-batch'; readonly batch: string };

/**
 * An error that the user can fix: shown as one line, never as a stack trace.
 * `message` describes the problem, `remedy` what to do; neither holds a secret or an event's content.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly remedy: string;
  readonly code: number;
  /** Set if the pipeline has a command that applies the remedy. */
  readonly fix: Fix | undefined;

  constructor(message: string, remedy: string, code: number = exitCode.failed, fix?: Fix) {
    super(message);
    this.remedy = remedy;
    this.code = code;
    this.fix = fix;
  }
}
