import { type Batch, recordCount } from '@pipeline/db';
import type { KafkaRecord, RecordBatch } from '@pipeline/kafka';
import { type Attributes, type Kind, messagingAttributes, type Span, type Traces } from '@pipeline/program';
import type { Settings } from '@pipeline/runtime';
import type { Stages } from '../consume.ts';
import type { consumerSettings } from '../settings.ts';

type Names = Pick<Settings<typeof consumerSettings>, 'KAFKA_GROUP_ID' | 'KAFKA_DLQ_TOPIC'>;

const TRACEPARENT = 'traceparent';

/**
 * Adds a span per batch, with links to the spans that its records name, and with a child each for the write and
 * for dead letters. It ends when the batch is observed, or a stage has failed.
 */
export function traceStages(stages: Stages, traces: Traces, names: Names): Stages {
  const spans = new WeakMap<Batch, Span>();
  const during = <Value>(batch: Batch, kind: Kind, part: Part, work: () => Promise<Value>) =>
    traceStage(traces, spans.get(batch), kind, part, work);
  return {
    triage(records) {
      const attributes = attributesOf(records, names);
      const links = traceparentsOf(records.records);
      const span = traces.start('CONSUMER', `process ${records.topic}`, { attributes, links });
      const batch = stages.triage(records);
      spans.set(batch, span);
      return batch;
    },
    admit(batch) {
      const isAdmitted = stages.admit(batch);
      if (!isAdmitted) spans.get(batch)?.end();
      return isAdmitted;
    },
    write: (batch) => during(batch, 'CLIENT', writing(batch), () => stages.write(batch)),
    async deadLetter(batch, deadLetters) {
      if (deadLetters.length === 0) return await stages.deadLetter(batch, deadLetters);
      const part = sending(names.KAFKA_DLQ_TOPIC, deadLetters.length);
      await during(batch, 'PRODUCER', part, () => stages.deadLetter(batch, deadLetters));
    },
    observe(batch, written, startedAt) {
      stages.observe(batch, written, startedAt);
      const stored = [...written.stored.values()].reduce((sum, count) => sum + count, 0);
      const span = spans.get(batch);
      span?.set({ 'pipeline.stored': stored, 'pipeline.dead_lettered': written.deadLettered });
      span?.end();
    },
  };
}

/** Name and attributes of a child. */
interface Part {
  readonly name: string;
  readonly attributes: Attributes;
}

async function traceStage<Value>(
  traces: Traces,
  parent: Span | undefined,
  kind: Kind,
  { name, attributes }: Part,
  work: () => Promise<Value>,
): Promise<Value> {
  const span = traces.start(kind, name, { attributes, ...(parent === undefined ? {} : { parent }) });
  try {
    const value = await work();
    span.end();
    return value;
  } catch (error) {
    span.end({ error });
    parent?.end({ error });
    throw error;
  }
}

function writing(batch: Batch): Part {
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.batch.size': recordCount(batch) };
  return { name: 'write raw_events', attributes: { ...attributes, 'db.collection.name': 'raw_events' } };
}

function sending(topic: string, count: number): Part {
  return { name: `send ${topic}`, attributes: messagingAttributes('send', topic, count) };
}

function attributesOf({ topic, partition, records, nextOffset }: RecordBatch, names: Names): Attributes {
  return {
    ...messagingAttributes('process', topic, records.length),
    'messaging.destination.partition.id': String(partition),
    'messaging.consumer.group.name': names.KAFKA_GROUP_ID,
    'pipeline.next_offset': String(nextOffset),
  };
}

/** The spans that sent the records: each once, because a producer may send many records in one span. */
function traceparentsOf(records: readonly KafkaRecord[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { headers = [] } of records)
    for (const [name, value] of headers) if (name === TRACEPARENT && value) found.add(String(value));
  return found;
}
