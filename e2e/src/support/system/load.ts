import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingRecord } from '@pipeline/kafka';
import { eventIdAt, plannedAt, recordAt } from '../data/plan.ts';
import { Sent } from '../data/sent.ts';
import { waitUntil } from '../programs/wait.ts';

/** A producer that sends planned records at a steady rate. */
export interface Load {
  readonly seed: number;
  /** The records sent so far. */
  readonly sent: Sent;
  /** Resolves with the id of a valid event that is sent and acknowledged after this call. */
  sendSentinel(): Promise<string>;
  /** Pauses until `resume`; resolves when the request in flight has completed. */
  pause(): Promise<void>;
  resume(): void;
  /** Stops sending; resolves when the request in flight has completed. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly seed: number;
  /** Records per second. */
  readonly rate: number;
  readonly publish: (records: readonly OutgoingRecord[]) => Promise<void>;
}

const TICK_MS = 50;
/** Limits the backlog that is sent at once after an outage. */
const CATCH_UP_MS = 1_000;

/** Starts sending, one request at a time. */
export function startLoad({ seed, rate, publish }: LoadOptions): Load {
  const sent = new Sent();
  let isOn = true;
  let isPaused = false;
  /** End position of the latest request, which may be in flight. */
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
    sent.add(to, isAcknowledged ? 'acknowledged' : 'uncertain');
  }

  return {
    seed,
    sent,
    async sendSentinel() {
      let position = requested;
      await waitUntil(() => {
        while (position < sent.end && !isAcknowledgedEvent(position)) position++;
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

  function isAcknowledgedEvent(position: number): boolean {
    return plannedAt(seed, position).kind === 'event' && sent.certaintyOf(position) === 'acknowledged';
  }
}
