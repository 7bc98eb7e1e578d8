import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLive } from './live.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const times = { everyMs: 2_000, unreadMs: 10_000 };

function start(poll: () => Promise<string>) {
  const stop = new AbortController();
  return { live: createLive(poll, { ...times, signal: stop.signal }), stop: () => stop.abort() };
}

/** Reads a stream into a list; `end` marks its end. */
function read(stream: ReadableStream<Uint8Array>): string[] {
  const received: string[] = [];
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  void (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      received.push(done ? 'end' : decoder.decode(value));
      if (done) return;
    }
  })();
  return received;
}

test('clients share one poll, and a late client gets the latest message', async () => {
  let polls = 0;
  const { live, stop } = start(async () => `message ${++polls}`);
  await vi.advanceTimersByTimeAsync(0);
  const [first, second] = [read(live.open()), read(live.open())];
  await vi.advanceTimersByTimeAsync(2_100);
  expect([first, second]).toEqual([
    ['message 1', 'message 2'],
    ['message 1', 'message 2'],
  ]);
  expect(polls).toBe(2);
  stop();
});

test('an error skips one message, and polling continues', async () => {
  let polls = 0;
  const { live, stop } = start(() => {
    polls++;
    if (polls === 1) throw new Error('broken at once');
    return polls === 2 ? Promise.reject(new Error('broken')) : Promise.resolve(`message ${polls}`);
  });
  const received = read(live.open());
  await vi.advanceTimersByTimeAsync(6_100);
  expect(received).toEqual([': hello\n\n', 'message 3', 'message 4']);
  stop();
});

test('polls do not overlap', async () => {
  let polls = 0;
  const slow = Promise.withResolvers<string>();
  const { live, stop } = start(() => (polls++ === 0 ? slow.promise : Promise.resolve('quick')));
  const received = read(live.open());
  await vi.advanceTimersByTimeAsync(9_000);
  expect(polls).toBe(1);
  slow.resolve('slow');
  await vi.advanceTimersByTimeAsync(2_100);
  expect(received).toEqual([': hello\n\n', 'slow', 'quick']);
  stop();
});

test('polling is slower without clients, and comments keep connections open', async () => {
  let polls = 0;
  const { live, stop } = start(async () => {
    polls++;
    return polls < 5 ? `message ${polls}` : await new Promise<string>(() => {});
  });
  await vi.advanceTimersByTimeAsync(35_000);
  expect(polls).toBe(4);
  const received = read(live.open());
  await vi.advanceTimersByTimeAsync(31_000);
  expect(received).toEqual([': hello\n\n', ': keep-alive\n\n', ': keep-alive\n\n']);
  stop();
});

test('aborting ends all streams and polling', async () => {
  let polls = 0;
  const { live, stop } = start(async () => `message ${++polls}`);
  await vi.advanceTimersByTimeAsync(0);
  const received = read(live.open());
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([received, polls]).toEqual([['message 1', 'end'], 1]);
});

test('a slow client misses messages instead of filling memory', async () => {
  let polls = 0;
  const { live, stop } = start(async () => `message ${++polls}`);
  await vi.advanceTimersByTimeAsync(0);
  await live.open().cancel();
  const idle = live.open();
  await vi.advanceTimersByTimeAsync(60_000);
  const received = read(idle);
  await vi.advanceTimersByTimeAsync(0);
  expect(received.length).toBeLessThanOrEqual(4);
  stop();
});
