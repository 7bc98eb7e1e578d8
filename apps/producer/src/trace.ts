import { withHeader } from '@pipeline/kafka';
import { messagingAttributes, type Traces } from '@pipeline/program';
import type { Send } from './publish.ts';

/** Adds a span per batch, which the records name in their header `traceparent`. */
export function traceSend(send: Send, traces: Traces, topic: string): Send {
  return async (records) => {
    const attributes = messagingAttributes('send', topic, records.length);
    const span = traces.start('PRODUCER', `send ${topic}`, { attributes });
    const traced = records.map((record) => withHeader(record, 'traceparent', span.traceparent));
    await send(traced).then(
      () => span.end(),
      (error: unknown) => {
        span.end({ error });
        throw error;
      },
    );
  };
}
