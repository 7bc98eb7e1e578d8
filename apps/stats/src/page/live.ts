type Client = ReadableStreamDefaultController<Uint8Array>;

/** Server-sent events from one poll, shared by all clients. */
export interface Live {
  /** Opens a stream that starts with the latest message, unless that is outdated. */
  open(): ReadableStream<Uint8Array>;
}

export interface LiveOptions {
  /** The interval between polls while there are clients. */
  readonly everyMs: number;
  /** The interval without clients; polling continues, so that the history has no gaps. */
  readonly unreadMs: number;
  /** Ends polling and all streams; an HTTP server does not close while a stream is open. */
  readonly signal: AbortSignal;
}

/** Proxies close connections that are silent for longer. */
const COMMENT_MS = 15_000;
/** A client that has this many unread messages misses the next ones. */
const MAX_QUEUED = 4;
const encoder = new TextEncoder();

/**
 * Polls until the signal is aborted.
 * @param poll returns a message in the format of server-sent events; an error skips one message
 */
export function createLive(poll: () => Promise<string>, { everyMs, unreadMs, signal }: LiveOptions): Live {
  const clients = new Set<Client>();
  let latest = '';
  let polledAt = -unreadMs;
  let isPolling = false;
  const update = async () => {
    if (isPolling || performance.now() - polledAt < (clients.size > 0 ? 0 : unreadMs)) return;
    isPolling = true;
    polledAt = performance.now();
    latest = await Promise.try(poll).catch(() => latest);
    isPolling = false;
    if (latest !== '') sendAll(clients, latest);
  };
  const timers = [
    setInterval(update, everyMs),
    setInterval(() => sendAll(clients, ': keep-alive\n\n'), COMMENT_MS),
  ];
  const end = () => {
    timers.forEach(clearInterval);
    for (const client of clients) client.close();
    clients.clear();
  };
  signal.addEventListener('abort', end, { once: true });
  void update();
  return {
    open() {
      const isOutdated = performance.now() - polledAt > 2 * everyMs;
      const stream = openStream(clients, isOutdated || latest === '' ? ': hello\n\n' : latest);
      if (isOutdated) void update();
      return stream;
    },
  };
}

function openStream(clients: Set<Client>, first: string): ReadableStream<Uint8Array> {
  let client: Client;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        client = controller;
        clients.add(controller);
        controller.enqueue(encoder.encode(first));
      },
      cancel() {
        clients.delete(client);
      },
    },
    { highWaterMark: MAX_QUEUED },
  );
}

function sendAll(clients: ReadonlySet<Client>, message: string): void {
  const bytes = encoder.encode(message);
  for (const client of clients) if ((client.desiredSize ?? 0) > 0) client.enqueue(bytes);
}
