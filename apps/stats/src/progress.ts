/** How far long work is, shown on stderr; it goes from the screen when it is disposed of. */
export interface Progress extends Disposable {
  /** @param percent from 0 to 100 */
  readonly report: (percent: number) => void;
}

const STEP_PERCENT = 10;

/** On a terminal one line that changes, elsewhere a line for every ten percent. */
export function showProgress(what: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (stream.isTTY) return showInPlace(what, stream);
  let shown = 0;
  const report = (percent: number) => {
    if (percent < shown + STEP_PERCENT) return;
    shown = percent;
    stream.write(`stats: ${what}: ${percent} %\n`);
  };
  return { report, [Symbol.dispose]: () => {} };
}

function showInPlace(what: string, stream: NodeJS.WriteStream): Progress {
  return {
    report: (percent) => stream.write(`\r${what}: ${percent} %\x1b[K`),
    [Symbol.dispose]: () => stream.write('\r\x1b[K'),
  };
}
