const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** The lines of `splitLines` without empty ones. */
export async function* splitFilledLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  for await (const lines of splitLines(chunks)) {
    const filled = lines.filter((line) => line.length > 0);
    if (filled.length > 0) yield filled;
  }
}

/**
 * Splits a byte stream into lines, byte for byte, without their line ends (LF or CRLF). The lines that end in
 * one chunk are yielded together, as soon as it arrives. The last line needs no line end, and is empty if it
 * has one.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      lines.push(Buffer.concat([...parts, chunk.subarray(from, end)]));
      parts = [];
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    yield lines.map(withoutReturn);
  }
  yield [withoutReturn(Buffer.concat(parts))];
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
