import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLive } from './live.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const times = { everyMs: 2_000, unreadMs: 10_000 };

function start(look: () => Promise<string>) {
  const stop = new AbortController();
  return { live: createLive(look, { ...times, signal: stop.signal }), stop: () => stop.abort() };
}

/** Reads a stream into a list, which says how it ended. */
function read(stream: ReadableStream<Uint8Array>): string[] {
  const heard: string[] = [];
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  void (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      heard.push(done ? 'end' : decoder.decode(value));
      if (done) return;
    }
  })();
  return heard;
}

test('all readers get what one look has found, and a late one what the last has', async () => {
  let looks = 0;
  const { live, stop } = start(async () => `look ${++looks}`);
  await vi.advanceTimersByTimeAsync(0);
  const [first, second] = [read(live.open()), read(live.open())];
  await vi.advanceTimersByTimeAsync(2_100);
  expect([first, second]).toEqual([
    ['look 1', 'look 2'],
    ['look 1', 'look 2'],
  ]);
  expect(looks).toBe(2);
  stop();
});

test('a look that throws ends nothing: the next one is heard', async () => {
  let looks = 0;
  const { live, stop } = start(() => {
    looks++;
    if (looks === 1) throw new Error('broken at once');
    return looks === 2 ? Promise.reject(new Error('broken')) : Promise.resolve(`look ${looks}`);
  });
  const heard = read(live.open());
  await vi.advanceTimersByTimeAsync(6_100);
  expect(heard).toEqual([': hello\n\n', 'look 3', 'look 4']);
  stop();
});

test('a look that takes long is waited for, not joined by others', async () => {
  let looks = 0;
  const slow = Promise.withResolvers<string>();
  const { live, stop } = start(() => (looks++ === 0 ? slow.promise : Promise.resolve('quick')));
  const heard = read(live.open());
  await vi.advanceTimersByTimeAsync(9_000);
  expect(looks).toBe(1);
  slow.resolve('slow');
  await vi.advanceTimersByTimeAsync(2_100);
  expect(heard).toEqual([': hello\n\n', 'slow', 'quick']);
  stop();
});

test('while nobody reads there are few looks; while nothing new is found, comments keep the line open', async () => {
  let looks = 0;
  const { live, stop } = start(async () => {
    looks++;
    return looks < 5 ? `look ${looks}` : await new Promise<string>(() => {});
  });
  await vi.advanceTimersByTimeAsync(35_000);
  expect(looks).toBe(4);
  const heard = read(live.open());
  await vi.advanceTimersByTimeAsync(31_000);
  expect(heard).toEqual([': hello\n\n', ': still here\n\n', ': still here\n\n']);
  stop();
});

test('a stop ends all streams and all looks', async () => {
  let looks = 0;
  const { live, stop } = start(async () => `look ${++looks}`);
  await vi.advanceTimersByTimeAsync(0);
  const heard = read(live.open());
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([heard, looks]).toEqual([['look 1', 'end'], 1]);
});

test('who has gone is written to no more, and who does not read loses messages, not memory', async () => {
  let looks = 0;
  const { live, stop } = start(async () => `look ${++looks}`);
  await vi.advanceTimersByTimeAsync(0);
  await live.open().cancel();
  const idle = live.open();
  await vi.advanceTimersByTimeAsync(60_000);
  const heard = read(idle);
  await vi.advanceTimersByTimeAsync(0);
  expect(heard.length).toBeLessThanOrEqual(4);
  stop();
});
