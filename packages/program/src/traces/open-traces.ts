import type { Logger } from '@pipeline/runtime';
import { type TraceSettings, traceUrl } from './settings.ts';
import type { Service, Traces } from './traces.ts';

/**
 * Opens traces if there is an endpoint; if not, nothing of OpenTelemetry is loaded.
 * @returns undefined if traces are off
 */
export async function openTraces(
  settings: TraceSettings,
  service: Service,
  logger: Logger,
): Promise<Traces | undefined> {
  const url = traceUrl(settings);
  if (url === undefined) return undefined;
  const { createTraces } = await import('./otlp.ts');
  return createTraces(url, settings, service, logger);
}
