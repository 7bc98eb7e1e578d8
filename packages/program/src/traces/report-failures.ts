import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '@pipeline/runtime';

/** `ExportResultCode.SUCCESS` of OpenTelemetry. */
const SUCCESS = 0;

/** Logs one warning when spans can no longer be sent, and one line when they can again. */
export function reportFailures(exporter: SpanExporter, url: string, logger: Logger): SpanExporter {
  let isFailing = false;
  const report = (error: Error | undefined) => {
    const { host } = new URL(url);
    if (!isFailing)
      logger.warn({ error: reasonOf(error) }, `traces cannot be sent to ${host}; they are lost`);
    isFailing = true;
  };
  const recover = () => {
    if (isFailing) logger.info('traces are sent again');
    isFailing = false;
  };
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code === SUCCESS) recover();
        else report(result.error);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => await exporter.forceFlush?.(),
  };
}

/** Node gives an error without a message if it has tried several addresses. */
function reasonOf(error: Error | undefined): string {
  const { message = '', code = 'unknown' } = (error ?? {}) as {
    readonly message?: string;
    readonly code?: unknown;
  };
  return message || String(code);
}
