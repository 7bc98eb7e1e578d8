import type { Logger } from '@pipeline/runtime';

const STEP_PERCENT = 10;

/** The progress of a replay on stderr, until it is disposed of: a line that is updated, or log lines elsewhere. */
export interface Progress extends Disposable {
  /** @param share from 0 to 1 */
  readonly report: (share: number) => void;
}

export function showProgress(logger: Logger, stream: NodeJS.WriteStream = process.stderr): Progress {
  let shown = 0;
  const report = (share: number) => {
    const percent = Math.floor(100 * share);
    if (stream.isTTY) stream.write(`\rreplaying: ${percent} %\x1b[K`);
    else if (percent >= shown + STEP_PERCENT) {
      shown = percent;
      logger.info(`replaying: ${percent} %`);
    }
  };
  return { report, [Symbol.dispose]: () => void (stream.isTTY && stream.write('\r\x1b[K')) };
}
