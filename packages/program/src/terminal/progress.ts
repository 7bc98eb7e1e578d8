/** The progress of long work, shown on stderr until it is disposed of. */
interface Progress extends Disposable {
  /**
   * @param percent from 0 to 100
   * @param rest follows it, such as `, 5 s left`
   */
  readonly report: (percent: number, rest?: string) => void;
}

const STEP_PERCENT = 10;

/** On a terminal a line that is updated, elsewhere a diagnostic per ten percent. */
export function showProgress(
  what: string,
  say: (line: string) => void,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  if (stream.isTTY) return showInPlace(what, stream);
  let shown = 0;
  const report = (percent: number, rest = '') => {
    if (percent < shown + STEP_PERCENT) return;
    shown = percent;
    say(`${what}: ${percent} %${rest}`);
  };
  return { report, [Symbol.dispose]: () => {} };
}

function showInPlace(what: string, stream: NodeJS.WriteStream): Progress {
  return {
    report: (percent, rest = '') => stream.write(`\r${what}: ${percent} %${rest}\x1b[K`),
    [Symbol.dispose]: () => stream.write('\r\x1b[K'),
  };
}
