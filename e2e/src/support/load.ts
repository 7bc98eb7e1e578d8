import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingRecord } from '@pipeline/kafka';
import { eventIdAt, plannedAt, recordAt } from './plan.ts';
import { Sent } from './sent.ts';
import { waitUntil } from './wait.ts';

/** A steady producer of planned records. */
export interface Load {
  readonly seed: number;
  /** What was sent so far; nothing is acknowledged but what Kafka has acknowledged. */
  readonly sent: Sent;
  /** The id of a good event that was sent, and acknowledged, after this call. */
  sendSentinel(): Promise<string>;
  /** Sends nothing until `resume`; resolves when what was under way is finished. */
  pause(): Promise<void>;
  resume(): void;
  /** Sends no more; what is under way is finished. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly seed: number;
  /** Records a second. */
  readonly rate: number;
  readonly publish: (records: readonly OutgoingRecord[]) => Promise<void>;
}

const TICK_MS = 50;
/** After an outage the load does not make up for more than this. */
const CATCH_UP_MS = 1_000;

/** Starts sending, one request at a time, until it is stopped. */
export function startLoad({ seed, rate, publish }: LoadOptions): Load {
  const sent = new Sent();
  let isOn = true;
  let isPaused = false;
  /** Where the request that is under way ends. */
  let requested = 0;
  const running = send();

  async function send(): Promise<void> {
    for (let last = performance.now(), due = 0; isOn; await sleep(TICK_MS)) {
      const now = performance.now();
      const elapsed = Math.min(now - last, CATCH_UP_MS);
      last = now;
      if (isPaused) continue;
      due += (rate * elapsed) / 1_000;
      await sendUpTo(sent.end + Math.floor(due));
      due -= Math.floor(due);
    }
  }

  async function sendUpTo(to: number): Promise<void> {
    const records = Array.from({ length: to - sent.end }, (_, index) => recordAt(seed, sent.end + index));
    if (records.length === 0) return;
    requested = to;
    const isAcknowledged = await publish(records).then(
      () => true,
      () => false,
    );
    sent.add(to, isAcknowledged ? 'acknowledged' : 'doubtful');
  }

  return {
    seed,
    sent,
    async sendSentinel() {
      let position = requested;
      await waitUntil(() => {
        while (position < sent.end && !isGood(position)) position++;
        return position < sent.end;
      });
      return eventIdAt(seed, position);
    },
    async pause() {
      isPaused = true;
      await waitUntil(() => requested <= sent.end);
    },
    resume() {
      isPaused = false;
    },
    async stop() {
      isOn = false;
      await running;
    },
  };

  function isGood(position: number): boolean {
    return plannedAt(seed, position).kind === 'event' && sent.certaintyOf(position) === 'acknowledged';
  }
}
