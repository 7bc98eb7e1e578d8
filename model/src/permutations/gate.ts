import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { readServerMessages, type ServerMessage, StatementTexts, withSession } from './protocol.ts';

/** A client's message that waits. */
export interface Held {
  /** The texts of its statements. */
  readonly text: string;
  /** The server process of its connection. */
  readonly pid: number;
  release(): void;
}

export interface GateEvents {
  /** The client has sent a message, which waits. */
  readonly onHeld: (held: Held) => void;
  /** Postgres is ready for the next message, inside a transaction or not. */
  readonly onReady: (isInTransaction: boolean) => void;
  /** Postgres has reported an error. */
  readonly onError: (sqlstate: string) => void;
}

/** A proxy in front of Postgres that holds every message of a client: they are the steps of its session. */
export class Gate implements AsyncDisposable {
  /** Whether messages pass at once, for preparations. */
  isOpen = true;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(
    target: { readonly host: string; readonly port: number },
    session: number,
    events: GateEvents,
  ) {
    this.#server = createServer((client) => {
      const upstream = connect({ ...target, noDelay: true });
      client.setNoDelay(true);
      this.#closeTogether(client, upstream);
      const connection = new GatedConnection(client, upstream, session, events);
      client.on('data', (bytes) => connection.receive(bytes, this.isOpen));
    });
  }

  /** @param session number of the session, which its connections get as a setting (see `latches.ts`) */
  static async start(
    target: { readonly host: string; readonly port: number },
    session: number,
    events: GateEvents,
  ): Promise<Gate> {
    const gate = new Gate(target, session, events);
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #closeTogether(...sockets: readonly Socket[]): void {
    for (const socket of sockets) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        for (const other of sockets) other.destroy();
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const TERMINATE = 'X'.charCodeAt(0);

/** A connection through the gate. A message passes until Postgres is ready for the next one. */
class GatedConnection {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #session: number;
  readonly #events: GateEvents;
  readonly #texts = new StatementTexts();
  #isStarted = false;
  #isPassing = true;
  #held: Buffer[] = [];
  #pid = 0;

  constructor(client: Socket, upstream: Socket, session: number, events: GateEvents) {
    this.#client = client;
    this.#upstream = upstream;
    this.#session = session;
    this.#events = events;
    const read = readServerMessages();
    upstream.on('data', (bytes) => {
      this.#client.write(bytes);
      for (const message of read(bytes)) this.#onServerMessage(message);
    });
  }

  /** Takes a part of a client's message. */
  receive(bytes: Buffer, isOpen: boolean): void {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#upstream.write(withSession(bytes, this.#session));
    } else if (this.#isPassing || isOpen || bytes[0] === TERMINATE) {
      this.#texts.of(bytes);
      this.#upstream.write(bytes);
    } else {
      this.#held.push(bytes);
      // The rest of a large message follows, in this turn or later; it is reported once.
      if (this.#held.length === 1) setImmediate(() => this.#report());
    }
  }

  #report(): void {
    const text = this.#texts.of(Buffer.concat(this.#held));
    this.#events.onHeld({ text, pid: this.#pid, release: () => this.#release() });
  }

  #release(): void {
    this.#isPassing = true;
    for (const bytes of this.#held.splice(0)) this.#upstream.write(bytes);
  }

  #onServerMessage({ type, body }: ServerMessage): void {
    if (type === 'K') this.#pid = body.readInt32BE(0);
    if (type === 'E') this.#events.onError(sqlstateOf(body));
    if (type !== 'Z') return;
    this.#isPassing = false;
    this.#events.onReady(body.toString() !== 'I');
  }
}

function sqlstateOf(body: Buffer): string {
  return /(?:^|\0)C(\w{5})\0/.exec(body.toString('latin1'))?.[1] ?? '';
}
