const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * The lines of a stream of bytes, byte for byte, without their ends (LF or CRLF). Empty lines are passed over;
 * the last line need not end.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      yield* nonEmpty(Buffer.concat([...parts, chunk.subarray(from, end)]));
      parts = [];
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  yield* nonEmpty(Buffer.concat(parts));
}

function* nonEmpty(line: Buffer): Generator<Buffer> {
  const end = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
  if (end > 0) yield line.subarray(0, end);
}
