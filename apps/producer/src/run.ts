import { loadDefinition } from '@pipeline/definition';
import {
  connectKafka,
  kafkaErrors,
  type OutgoingRecord,
  openAdmin,
  openPublisher,
  requireTopics,
} from '@pipeline/kafka';
import { createLogger, openTraces, stopSignal } from '@pipeline/program';
import { type Settings, waitFor } from '@pipeline/runtime';
import { createDecoder, type EventDefinition } from '@pipeline/schema';
import { openInput, readRecords } from './from-file.ts';
import { atPace } from './pace.ts';
import { publishBatches, type Send } from './publish.ts';
import type { producerSettings } from './settings.ts';
import { createSimulation, paceRecords } from './simulate.ts';
import { traceSend } from './trace.ts';

export interface RunOptions {
  readonly version: string;
  /** Records per second. Defaults to 50 for a simulation, unlimited for a file. */
  readonly rate?: number;
  readonly count: number;
  readonly invalidRatio: number;
  readonly duplicateRatio: number;
  readonly seed?: number;
  readonly from?: string;
  readonly json?: boolean;
  /** Defaults to the first of the setting. */
  readonly topic?: string;
}

const SIMULATED_RATE = 50;
const DRAIN_MS = 9_000;
const REPORT_MS = 10_000;

/**
 * Publishes until all records are published or a stop signal arrives; then waits for the batches in flight.
 */
export async function runProducer(
  settings: Settings<typeof producerSettings>,
  options: RunOptions,
): Promise<void> {
  const signal = stopSignal(DRAIN_MS);
  const logger = createLogger('producer', settings);
  const { topic = settings.KAFKA_TOPIC[0] } = options;
  const system = `Kafka at ${settings.KAFKA_BROKERS.join(',')}`;
  const waiting = { system, errors: kafkaErrors, say: (line: string) => logger.warn(line), signal };
  const reach = <Value>(operation: () => Promise<Value>) => waitFor(operation, waiting);

  await using traces = await openTraces(settings, { name: 'producer', version: options.version }, logger);
  const { batches, tally } = await openRecords(await loadDefinition(settings), options, signal);
  const kafka = connectKafka(settings, 'producer', logger);
  await using admin = await reach(() => openAdmin(kafka));
  await reach(() => requireTopics(admin, [topic]));
  await using publisher = await reach(() => openPublisher(kafka));
  const send: Send = async (records) => {
    signal.throwIfAborted();
    await reach(() => publisher.publish(topic, records));
  };

  const progress = createProgress((line) => logger.info(line));
  await publishBatches(batches, traces ? traceSend(send, traces, topic) : send, progress.sent);
  const { invalid, duplicates } = tally();
  const summary = { ...progress.total(), invalid, duplicates };
  logger.info(`published ${summary.published} records in ${summary.seconds} s`);
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
}

/** Batches to publish, and the number of their records that are invalid or duplicates on purpose. */
interface Records {
  readonly batches: AsyncIterable<readonly OutgoingRecord[]>;
  tally(): { readonly invalid: number; readonly duplicates: number };
}

/** @throws UserError if the file cannot be read, or if the definition's events cannot be simulated */
async function openRecords(
  definition: EventDefinition,
  { from, count, rate, seed = Date.now(), invalidRatio: invalid, duplicateRatio: duplicate }: RunOptions,
  signal: AbortSignal,
): Promise<Records> {
  if (from === undefined) {
    const simulation = createSimulation(seed, { invalid, duplicate }, definition);
    const batches = paceRecords(simulation, { count, rate: rate ?? SIMULATED_RATE }, signal);
    return { batches, tally: simulation.tally };
  }
  const lines = readRecords(await openInput(from), from, signal, createDecoder(definition));
  return {
    batches: atPace(lines, { count, rate: rate ?? 0 }, signal),
    tally: () => ({ invalid: 0, duplicates: 0 }),
  };
}

/** Reports the progress every 10 s. */
function createProgress(report: (line: string) => void) {
  const start = performance.now();
  let published = 0;
  let reported = { at: start, published: 0 };
  return {
    sent: (count: number) => {
      published += count;
      const now = performance.now();
      if (now - reported.at < REPORT_MS) return;
      const rate = Math.round(((published - reported.published) * 1_000) / (now - reported.at));
      report(`${rate} records a second, ${published} so far`);
      reported = { at: now, published };
    },
    total: () => ({ published, seconds: Number(((performance.now() - start) / 1_000).toFixed(3)) }),
  };
}
