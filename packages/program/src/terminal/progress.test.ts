import { expect, test } from 'vitest';
import { showProgress } from './progress.ts';

/** A stream that keeps what is written to it. */
function createStream(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) > 0 };
  return { written, stream: stream as unknown as NodeJS.WriteStream };
}

test('on a terminal progress is one line, which is cleared at the end', () => {
  const { written, stream } = createStream(true);
  {
    using progress = showProgress('recounting', () => {}, stream);
    progress.report(7);
    progress.report(8);
  }
  expect(written).toEqual(['\rrecounting: 7 %\x1b[K', '\rrecounting: 8 %\x1b[K', '\r\x1b[K']);
});

test('elsewhere progress is a diagnostic per ten percent', () => {
  const { stream } = createStream(false);
  const lines: string[] = [];
  {
    using progress = showProgress('recounting', (line) => lines.push(line), stream);
    for (let percent = 0; percent < 100; percent += 3) progress.report(percent);
  }
  expect(lines).toEqual([12, 24, 36, 48, 60, 72, 84, 96].map((percent) => `recounting: ${percent} %`));
});
