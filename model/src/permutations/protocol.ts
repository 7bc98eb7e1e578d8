/** A message of Postgres. https://www.postgresql.org/docs/current/protocol-message-formats.html */
export interface ServerMessage {
  readonly type: string;
  readonly body: Buffer;
}

/** Creates a reader that returns the messages which each chunk completes. */
export function readServerMessages(): (chunk: Buffer) => readonly ServerMessage[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const messages: ServerMessage[] = [];
    for (let length = lengthAt(rest); length !== undefined && rest.length > length; length = lengthAt(rest)) {
      messages.push({ type: rest.toString('latin1', 0, 1), body: rest.subarray(5, length + 1) });
      rest = rest.subarray(length + 1);
    }
    return messages;
  };
}

/** The length of the message at the start, without its type. */
function lengthAt(bytes: Buffer): number | undefined {
  return bytes.length < 5 ? undefined : bytes.readInt32BE(1);
}

/** Knows the texts of a connection's statements, prepared ones included. */
export class StatementTexts {
  readonly #prepared = new Map<string, string>();

  /** The texts of the statements that a client's message parses, binds or runs. */
  of(bytes: Buffer): string {
    const texts: string[] = [];
    let rest = bytes;
    for (let length = lengthAt(rest); length !== undefined; length = lengthAt(rest)) {
      const [type, body] = [rest.toString('latin1', 0, 1), rest.toString('utf8', 5, length + 1)];
      const [first = '', second = ''] = body.split('\0');
      if (type === 'Q') texts.push(first);
      if (type === 'P') this.#prepared.set(first, second);
      if (type === 'P') texts.push(second);
      if (type === 'B') texts.push(this.#prepared.get(second) ?? '');
      rest = rest.subarray(length + 1);
    }
    return texts.join(' ');
  }
}

/** The first message of a connection, with a setting that tells the session's triggers its number. */
export function withSession(startup: Buffer, session: number): Buffer {
  const options = `-c permutations.session=${session} -c deadlock_timeout=20ms`;
  const changed = Buffer.concat([startup.subarray(0, -1), Buffer.from(`options\0${options}\0\0`)]);
  changed.writeInt32BE(changed.length, 0);
  return changed;
}
