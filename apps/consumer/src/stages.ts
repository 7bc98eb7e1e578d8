import type { Writer } from '@pipeline/db';
import type { Publisher } from '@pipeline/kafka';
import { createLimitedDecoder } from '@pipeline/program';
import type { Logger, Settings } from '@pipeline/runtime';
import { createAccept, type EventDefinition, shopEvents } from '@pipeline/schema';
import { createAdmission } from './admission.ts';
import type { Stages } from './consume.ts';
import { createDeadLetterStep } from './dead-letter.ts';
import type { Health } from './health.ts';
import type { ConsumerMetrics } from './metrics.ts';
import { createObserver } from './observe.ts';
import { explainDatabase, type RetryPolicy } from './retry-policy.ts';
import type { consumerSettings } from './settings.ts';
import type { Shadow } from './shadow.ts';
import { triage } from './triage.ts';

/** The dependencies of the stages. */
export interface StagesParts {
  /** Defaults to the built-in one. */
  readonly definition?: EventDefinition;
  readonly settings: Settings<typeof consumerSettings>;
  readonly once: boolean;
  readonly writer: Pick<Writer, 'write'>;
  readonly publisher: Publisher;
  readonly retries: RetryPolicy;
  readonly health: Health;
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
  readonly shadow: Shadow | undefined;
}

/** The stages of a batch. */
export function createStages(parts: StagesParts): Stages {
  const { settings, once, writer, publisher, retries, health, metrics, logger, shadow } = parts;
  const { definition = shopEvents } = parts;
  const limits = { maxBytes: settings.EVENT_MAX_BYTES, maxDepth: settings.EVENT_MAX_DEPTH };
  const decode = createLimitedDecoder(definition, limits);
  const accept = createAccept(definition, limits);
  const observe = createObserver(metrics, logger, new Set(Object.keys(definition.types)));
  const limit = { ratio: settings.DLQ_LIMIT_RATIO, window: settings.DLQ_LIMIT_WINDOW };
  const admission = createAdmission(limit, health, once);
  return {
    triage: (batch) => {
      const triaged = triage(batch, decode, accept);
      shadow?.(triaged);
      return triaged;
    },
    admit: admission.admit,
    async write(batch) {
      const written = await explainDatabase(writer.write(batch));
      admission.addRefused(batch, written.refused.length);
      return written;
    },
    deadLetter: createDeadLetterStep(publisher, retries, {
      topic: settings.KAFKA_DLQ_TOPIC,
      groupId: settings.KAFKA_GROUP_ID,
      maxBytes: settings.DLQ_RECORD_MAX_BYTES,
    }),
    observe: (batch, written, startedAt) => {
      health.progressed();
      observe(batch, written, startedAt);
    },
  };
}
