type Reader = ReadableStreamDefaultController<Uint8Array>;

/** Server-sent events from one poll for all who read. */
export interface Live {
  /** A stream of the latest message, unless it is old, and of those that follow. */
  open(): ReadableStream<Uint8Array>;
}

export interface LiveOptions {
  /** Between two looks while somebody reads. */
  readonly everyMs: number;
  /** Between two looks while nobody does: what is remembered must not begin with the first reader. */
  readonly unreadMs: number;
  /** Ends all streams: a server does not close before they have ended. */
  readonly signal: AbortSignal;
}

/** Whatever stands between drops a connection that is silent. */
const COMMENT_MS = 15_000;
/** A reader who is so many messages behind misses some. */
const MOST_WAITING = 4;
const encoder = new TextEncoder();

/**
 * Looks again and again until the signal is aborted.
 * @param look gives a message in the format of server-sent events; one that throws is tried again later
 */
export function createLive(look: () => Promise<string>, { everyMs, unreadMs, signal }: LiveOptions): Live {
  const readers = new Set<Reader>();
  let latest = '';
  let polledAt = -unreadMs;
  let isPolling = false;
  const poll = async () => {
    if (isPolling || performance.now() - polledAt < (readers.size > 0 ? 0 : unreadMs)) return;
    isPolling = true;
    polledAt = performance.now();
    latest = await Promise.try(look).catch(() => latest);
    isPolling = false;
    if (latest !== '') sendAll(readers, latest);
  };
  const timers = [
    setInterval(poll, everyMs),
    setInterval(() => sendAll(readers, ': still here\n\n'), COMMENT_MS),
  ];
  const end = () => {
    timers.forEach(clearInterval);
    for (const reader of readers) reader.close();
    readers.clear();
  };
  signal.addEventListener('abort', end, { once: true });
  void poll();
  return {
    open() {
      const isOld = performance.now() - polledAt > 2 * everyMs;
      const stream = openStream(readers, isOld || latest === '' ? ': hello\n\n' : latest);
      if (isOld) void poll();
      return stream;
    },
  };
}

function openStream(readers: Set<Reader>, first: string): ReadableStream<Uint8Array> {
  let reader: Reader;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        reader = controller;
        readers.add(controller);
        controller.enqueue(encoder.encode(first));
      },
      cancel() {
        readers.delete(reader);
      },
    },
    { highWaterMark: MOST_WAITING },
  );
}

function sendAll(readers: ReadonlySet<Reader>, message: string): void {
  const bytes = encoder.encode(message);
  for (const reader of readers) if ((reader.desiredSize ?? 0) > 0) reader.enqueue(bytes);
}
